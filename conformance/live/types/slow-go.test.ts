import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sample } from '@wadi/cbor/arbitrary'
import { buildProgram } from '../cbor/oracle.ts'
import {
  type Case,
  type ComparedType,
  comparedTypes,
  damagedCases,
  differences,
  valueCases,
} from './comparison.ts'
import { damagedJsonCases } from './damagedJson.ts'
import { oddCases } from './oddCases.ts'

const program = buildProgram(import.meta.dirname)

/** Always the same values, so that a difference is found again. */
const SEED = 1

type Asking = (type: ComparedType, values: readonly unknown[]) => readonly Case[]

/** Asks about each type with so many values of it. */
function assertSame(count: number, ask: Asking): void {
  const cases = comparedTypes(program.path).flatMap((type) =>
    ask(type, sample(type[1], count, SEED)),
  )
  assert.deepEqual(differences(program.path, cases).slice(0, 3), [])
}

describe('the published Go types', { skip: program.missing }, () => {
  it('have the same CBOR and the same JSON as our schemas', () => {
    assertSame(20, valueCases)
  })

  it('accept what our schemas accept, and read the same from it', () => {
    assertSame(60, (type, values) => damagedCases(type, values, SEED))
  })

  it('make the same of every odd item in every place', () => {
    assertSame(3, oddCases)
  })

  it('make the same of JSON that is damaged or written in another way', () => {
    assertSame(40, (type, values) => damagedJsonCases(type, values, SEED))
  })
})
