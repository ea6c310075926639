import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  jsonQuestions,
  oddFieldQuestions,
  oddKeyQuestions,
  oddQuestions,
  questionsOf,
} from './inputs.ts'
import { buildProgram, differences } from './oracle.ts'
import { JSON_TYPES, KEY_TYPES, PART_TYPES, TYPES } from './types.ts'

const program = buildProgram()

describe('the published Go codec', { skip: program.missing }, () => {
  const same = (questions: Parameters<typeof differences>[1]): void => {
    assert.deepEqual(differences(program.path, questions), [])
  }

  it('answers as ours about inputs that are near to valid ones', () => {
    same(questionsOf(TYPES, 300, 1))
  })
  it('answers as ours about every odd item in every place', () => {
    same(PART_TYPES.flatMap(oddQuestions))
  })
  it('answers as ours about odd map keys', () => {
    same(KEY_TYPES.flatMap(oddKeyQuestions))
  })
  it('answers as ours about odd field names and versions', () => {
    same(oddFieldQuestions())
  })
  it('answers as ours about JSON', () => {
    same(jsonQuestions(JSON_TYPES, 150, 1))
  })
})
