import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { buildProgram } from '../cbor/oracle.ts'
import {
  commitQuestions,
  messageQuestions,
  type Question,
  rotationQuestions,
  signQuestions,
} from './questions.ts'

const program = buildProgram(import.meta.dirname)

/** Asks the reference's fork of CometBFT; both kinds of answers have to be among them. */
function same(questions: readonly Question[]): void {
  const input = questions.map(({ line }) => `${line}\n`).join('')
  const output = execFileSync(program.path, { input, maxBuffer: 2 ** 30 })
  const answers = output.toString().split('\n').slice(0, -1)
  assert.equal(answers.length, questions.length)
  const different = questions.flatMap(({ line, own }, i) =>
    own === answers[i] ? [] : [{ line, own, go: answers[i] }],
  )
  assert.deepEqual(different.slice(0, 3), [])
}

describe("the reference's CometBFT", { skip: program.missing }, () => {
  it('accepts, writes again and hashes the same messages, good and damaged ones', () => {
    const questions = messageQuestions(4_000, 1)
    const refused = questions.filter(({ own }) => own === '!').length
    assert.ok(refused > 500 && refused < 3_500, `${refused} refused`)
    same(questions)
  })

  it('signs the same bytes', () => {
    same(signQuestions(500, 2))
  })

  it('changes validators and takes turns in the same way', () => {
    same(rotationQuestions(1_500, 3))
  })

  it('takes the same commits for final', () => {
    const questions = commitQuestions(400, 4)
    for (let i = 0; i < 5; i++)
      assert.equal(new Set(questions.map(({ own }) => own[i])).size, 2, `way ${i}`)
    same(questions)
  })
})
