import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import vectors from '../../vectors/go.json' with { type: 'json' }
import { ownAnswer, type Question } from './answer.ts'

describe('inputs that the published Go codec was asked about', () => {
  for (const { name, accepted, output, ...question } of vectors.cases) {
    it(`${name}: ${question.type}`, () => {
      const answer = ownAnswer(question as Question)
      if (accepted) assert.equal(answer, output)
      else assert.match(answer, /^! \w+\.\w+ /)
    })
  }
})
