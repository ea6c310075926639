import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePlainErrors } from '@wadi/base/errors'
import { text, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { testContext } from '../testing/testContext.ts'
import { method } from './method.ts'

const errors = definePlainErrors('methodTest', { malformed: 'malformed' })
const Body = struct({ name: text, count: u64 })

/** What a rule is called with when the body is encoded so. */
function calledWith(bytes: Uint8Array | undefined): unknown {
  let seen: unknown
  method(Body, errors.malformed, (_, body) => {
    seen = body
  }).run(testContext().ctx, bytes)
  return seen
}

describe('a method', () => {
  it('without a body is called with the zero value', () => {
    const nothing = { name: '', count: 0n }
    assert.deepEqual(calledWith(undefined), nothing)
    // A transaction, or a vault's action, without a body.
    assert.deepEqual(calledWith(new Uint8Array(0)), nothing)
    assert.deepEqual(calledWith(Uint8Array.of(0xf6)), nothing)
    assert.deepEqual(calledWith(Uint8Array.of(0xa0)), nothing)
  })

  it('refuses a malformed body with its own error', () => {
    assert.throws(() => calledWith(Uint8Array.of(0x01)), { reason: 'methodTest.malformed' })
  })
})
