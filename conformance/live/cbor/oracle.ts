/** Asks both codecs the same questions and lists where the answers differ. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownAnswer, type Question } from '@wadi/cbor/compliance/answer'

/** The Go program's answers, in order. */
export function goAnswers(program: string, questions: readonly Question[]): readonly string[] {
  const lines = questions.map(({ mode, type, input }) => `${mode} ${type} ${input}\n`)
  const output = execFileSync(program, { input: lines.join(''), maxBuffer: 2 ** 30 })
  return output.toString().split('\n').slice(0, -1)
}

/** A question that the two answer differently. */
export interface Difference extends Question {
  readonly go: string
  readonly own: string
}

/** Our decoder of trusted input still refuses tags and indefinite lengths, which no one writes. */
function isStricter({ mode }: Question, own: string): boolean {
  return mode === 'trusted' && /^! cbor\.(tag|indefiniteLength) /.test(own)
}

/** Where we accept what Go refuses, refuse what it accepts, or read another value. */
export function differences(program: string, questions: readonly Question[]): Difference[] {
  const answers = goAnswers(program, questions)
  return questions.flatMap((question, i) => {
    const go = answers[i] ?? '! no answer'
    const own = ownAnswer(question)
    const isSame = go.startsWith('!') ? own.startsWith('!') : own === go
    return isSame || isStricter(question, own) ? [] : [{ ...question, go, own }]
  })
}

/** A download that stands still for so long is none. */
const DOWNLOAD_LIMIT_MS = 3 * 60_000

/** The Go program, or why there is none. */
export interface Program {
  readonly path: string
  readonly missing: string | false
}

/** Builds a Go program. Without Go, or without its modules, there is nothing to compare with. */
export function buildProgram(
  cwd: string = import.meta.dirname,
  flags: readonly string[] = [],
): Program {
  const path = join(mkdtempSync(join(tmpdir(), 'wadi-live-')), 'oracle')
  const go = (...args: string[]) =>
    execFileSync('go', args, { cwd, stdio: 'pipe', timeout: DOWNLOAD_LIMIT_MS })
  try {
    go('version')
  } catch {
    return { path, missing: 'Go is not installed' }
  }
  try {
    go('list', ...flags, '-deps', '.')
  } catch {
    return { path, missing: "the reference's Go modules cannot be downloaded" }
  }
  execFileSync('go', ['build', ...flags, '-o', path, '.'], { cwd, stdio: 'pipe' })
  return { path, missing: false }
}
