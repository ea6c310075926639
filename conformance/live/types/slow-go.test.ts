import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { arbitrary } from '@wadi/cbor/arbitrary'
import type { AnySchema } from '@wadi/cbor/schema'
import fc from 'fast-check'
import { buildProgram } from '../cbor/oracle.ts'
import { comparedTypes, damagedCases, differences, valueCases } from './comparison.ts'

const program = buildProgram(import.meta.dirname)

/** Always the same values, so that a difference is found again. */
function sample(schema: AnySchema, count: number): readonly unknown[] {
  return fc.sample(arbitrary(schema), { numRuns: count, seed: 1 })
}

describe('the published Go types', { skip: program.missing }, () => {
  it('have the same CBOR and the same JSON as our schemas', () => {
    const types = comparedTypes(program.path)
    const cases = types.flatMap((type) => valueCases(type, sample(type[1], 20)))
    assert.deepEqual(differences(program.path, cases).slice(0, 3), [])
  })

  it('accept what our schemas accept, and read the same from it', () => {
    const types = comparedTypes(program.path)
    const cases = types.flatMap((type) => damagedCases(type, sample(type[1], 60), 2))
    assert.deepEqual(differences(program.path, cases).slice(0, 3), [])
  })
})
