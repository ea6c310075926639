/** A reporter for `node --test`: a JSON line for each failure, then the times and the counts. */

import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'
import type { Failure, ReportLine } from './report.ts'

type Fail = Extract<TestEvent, { type: 'test:fail' }>['data']
type Pass = Extract<TestEvent, { type: 'test:pass' }>['data']

function describeFailure(data: Fail): Failure | undefined {
  const error = data.details.error as Error & { failureType?: string; cause?: unknown }
  if (error.failureType === 'subtestsFailed') return undefined
  const shown = error.cause ?? error
  const place = data.file === undefined ? '' : `${data.file}:${data.line}:${data.column}`
  const text = typeof shown === 'string' ? shown : inspect(shown, { colors: false })
  return { kind: 'failure', name: data.name, place, error: text }
}

/** A file that declares no test is reported by Node as one that passed; here it is a failure. */
function isEmptyFile({ name, nesting, file, line, column }: Pass): boolean {
  return nesting === 0 && line === 1 && column === 1 && file?.endsWith(name) === true
}

function toLine(event: TestEvent): ReportLine | undefined {
  if (event.type === 'test:fail') return describeFailure(event.data)
  if (event.type === 'test:pass' && isEmptyFile(event.data)) {
    const { name, file = '' } = event.data
    return { kind: 'failure', name, place: file, error: 'the file declares no test' }
  }
  if (event.type === 'test:summary' && event.data.file === undefined) {
    const { passed, cancelled, skipped, todo, tests } = event.data.counts
    const failed = tests - passed - skipped - todo
    return { kind: 'counts', passed, failed: Math.max(failed, cancelled), skipped: skipped + todo }
  }
  return undefined
}

/** What `--test-reporter` loads; Node wants it as the default export. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const ms: Record<string, number> = {}
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.nesting === 0 && event.data.file !== undefined) {
      ms[event.data.file] = (ms[event.data.file] ?? 0) + event.data.details.duration_ms
    }
    const line = toLine(event)
    if (line !== undefined) yield `${JSON.stringify(line)}\n`
  }
  yield `${JSON.stringify({ kind: 'times', ms } satisfies ReportLine)}\n`
}
