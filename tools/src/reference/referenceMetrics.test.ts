import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isReferenceAbsent, readReference } from '@wadi/node-config/testing/reference-files'
import { listFiles, ROOT } from '../repository.ts'
import { createHouse } from '../tidy/house.ts'
import { absentMetrics } from './absentMetrics.ts'
import { readMetrics } from './metricsPage.ts'

/** Why there is nothing to compare with; false if there is. */
const missing = isReferenceAbsent && 'metrics.md of ../shared/spec/oasis-node is not here'

const ROW = /^\| `(oasis_\w+)` \| (\w+) \| ([^|]*?) ?\|$/gm

/** Name, kind and labels in one line, as both sides are compared. */
function lineOf(name: string, kind: string, labels: readonly string[]): string {
  return `${name} ${kind.toLowerCase()} ${labels.join(',')}`
}

function recordedLines(page: string): readonly string[] {
  return Array.from(page.matchAll(ROW), ([, name = '', kind = '', labels = '']) =>
    lineOf(name, kind, labels === '' ? [] : labels.split(', ')),
  )
}

async function ownLines(): Promise<readonly string[]> {
  const paths = listFiles().filter((path) => /\/(\w*[mM]etrics\.ts|package\.json)$/.test(path))
  const texts = paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const)
  const load = (path: string) => import(pathToFileURL(join(ROOT, path)).href)
  const files = await readMetrics(createHouse(new Map(texts)), load)
  return files
    .flatMap(({ metrics }) => metrics)
    .filter(({ name }) => name.startsWith('oasis_'))
    .map(({ name, kind, labels }) => lineOf(name, kind, labels))
}

const nameOf = (line: string) => line.slice(0, line.indexOf(' '))
const absent = absentMetrics.flatMap(({ names }) => names)

describe("the reference's metrics", () => {
  it('are read from a table of names, kinds and labels', () => {
    const page = '| name | type |\n| `oasis_a` | Gauge |  |\n| `oasis_b` | Counter | one, two |\n'
    assert.deepEqual(recordedLines(page), ['oasis_a gauge ', 'oasis_b counter one,two'])
  })

  it('are all here with their kinds and labels, but for those that are known to be absent', {
    skip: missing,
  }, async () => {
    const recorded = recordedLines(readReference('metrics.md'))
    assert.ok(recorded.length > 100)
    const own = await ownLines()
    const names = new Set(recorded.map(nameOf))
    assert.deepEqual(
      own.filter((line) => names.has(nameOf(line))).toSorted(),
      recorded.filter((line) => !absent.includes(nameOf(line))).toSorted(),
    )
    assert.deepEqual(
      own.filter((line) => !names.has(nameOf(line))),
      [],
      'nobody has made up a name in the place of the reference',
    )
    assert.deepEqual(
      absent.filter((name) => !names.has(name)),
      [],
      'what is absent is of the reference',
    )
  })

  it('that are absent are told with a reason, each once', () => {
    assert.equal(new Set(absent).size, absent.length)
    for (const { why } of absentMetrics) assert.match(why, /^[A-Z].{20,}\.$/)
  })
})
