import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { Dice } from '../cbor/dice.ts'
import { buildProgram } from '../cbor/oracle.ts'
import { type LightQuestion, levelQuestions, verifyQuestions } from './lightQuestions.ts'

const program = buildProgram(import.meta.dirname)

/** What CometBFT says to each question. */
function goAnswers(questions: readonly LightQuestion[]): readonly (readonly string[])[] {
  const input = questions.map(({ line }) => `${line}\n`).join('')
  const output = execFileSync(program.path, { input, maxBuffer: 2 ** 30 })
  const lines = output.toString().split('\n').slice(0, -1)
  assert.equal(lines.length, questions.length)
  return lines.map((line) => line.split(' '))
}

/**
 * Where too few of the trusted ones have signed, we say so before any signature is looked at, and
 * CometBFT only after those of them: both refuse.
 */
function isSame(own: string, go: string): boolean {
  return own === go || (own === 'cannotTrust' && go === 'commit')
}

describe("CometBFT's light client", { skip: program.missing }, () => {
  it('believes the same blocks, and refuses the others for the same kind of reason', () => {
    const questions = verifyQuestions(6_000, new Dice(5))
    const answers = goAnswers(questions)
    const different = questions.flatMap(({ line, own }, i) =>
      own.every((word, at) => isSame(word, answers[i]![at]!))
        ? []
        : [{ line, own, go: answers[i] }],
    )
    assert.deepEqual(different.slice(0, 3), [])
    const sooner = questions.filter(({ own }, i) => own.join(' ') !== answers[i]?.join(' ')).length
    assert.ok(sooner < questions.length / 20, `${sooner} are refused sooner`)
    // Every verdict that there is was given often enough to mean something.
    const often = new Map<string, number>()
    for (const words of answers)
      for (const [way, word] of words.entries())
        often.set(`${way} ${word}`, (often.get(`${way} ${word}`) ?? 0) + 1)
    const common = ['ok', 'expired', 'invalid', 'notAdjacent']
    for (const verdict of [
      ...[...common, 'otherNextValidators'].map((word) => `0 ${word}`),
      ...[...common, 'cannotTrust', 'commit'].map((word) => `1 ${word}`),
      ...['ok', 'invalid'].map((word) => `3 ${word}`),
      ...['true', 'false'].map((word) => `4 ${word}`),
    ])
      assert.ok((often.get(verdict) ?? 0) > 50, `${verdict}: ${often.get(verdict) ?? 0}`)
  })

  it('takes the same fractions for enough trust', () => {
    const questions = levelQuestions()
    assert.deepEqual(
      questions.map(({ own }) => own),
      goAnswers(questions),
    )
    assert.equal(new Set(questions.map(({ own }) => own[0])).size, 2)
  })
})
