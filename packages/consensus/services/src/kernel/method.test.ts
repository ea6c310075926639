import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePlainErrors } from '@wadi/base/errors'
import type { Schema } from '@wadi/cbor/codec'
import { text, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { testContext } from '../testing/testContext.ts'
import type { Context } from './context.ts'
import { method, runMethod } from './method.ts'

const errors = definePlainErrors('methodTest', { malformed: 'malformed' })
const Body = struct({ name: text, count: u64 })

/** What a rule is called with when the body is encoded so. */
function calledWith(bytes: Uint8Array | undefined): unknown {
  let seen: unknown
  const ctx = testContext()
  const named = method(Body, errors.malformed, (_, body) => {
    seen = body
  })
  runMethod(named, ctx, bytes)
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

  it('that decodes by itself is told of no body, too', () => {
    const told: unknown[] = []
    const own = {
      body: Body as Schema<unknown>,
      run: (_: Context, body: unknown) => told.push(body),
    }
    const ctx = testContext()
    runMethod(own, ctx, new Uint8Array(0))
    runMethod(own, ctx, undefined)
    assert.deepEqual(told, [undefined, undefined])
  })

  it('refuses a malformed body with its own error', () => {
    assert.throws(() => calledWith(Uint8Array.of(0x01)), { reason: 'methodTest.malformed' })
  })
})
