import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { RoundResults } from '@wadi/consensus/roothash'
import { Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { Namespace } from '@wadi/primitives/namespace'
import { hostileBytes, misspelled } from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import { type Batch, MissingAnswerError, type RuntimeContext } from '@wadi/runtime-protocol/runtime'
import fc from 'fast-check'
import { Call, CallOutput, KeyArgs, KeyValueArgs, TransferArgs } from './call.ts'
import { nonceKey } from './keys.ts'
import { keyvalueRuntime } from './keyvalueRuntime.ts'

const arena = new Arena()
const sender = toUtf8('sender')
const state = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })

const context: RuntimeContext = {
  runtimeId: Namespace.zero,
  header: make(Header, {}),
  epoch: 3n,
  maxMessages: 1,
  consensusHeight: 7n,
  consensus: createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE }),
  ask: (request) => {
    throw new MissingAnswerError({ kind: 'HostFetchGenesisHeightRequest', body: request.body })
  },
}

const args = encodeRust(KeyValueArgs, make(KeyValueArgs, { key: 'a', value: 'x' }))
const callOf = (method: string, of: Uint8Array, nonce = 0n) =>
  encodeRust(Call, { sender, nonce, method, args: of })
const good = callOf('insert', args)

/** The result of a batch upon the state, which stays as it is. */
function execute(...inputs: readonly Uint8Array[]) {
  const batch: Batch = {
    mode: 'execute',
    inputs,
    inMessages: [],
    roundResults: make(RoundResults, {}),
  }
  const overlay = new Overlay(arena, state)
  try {
    const { transactions, messages } = keyvalueRuntime.execute(context, overlay, batch)
    const outputs = transactions.map(({ output }) => decodeRust(CallOutput, output))
    return { outputs, messages, nonce: overlay.get(nonceKey(sender)), a: overlay.get(toUtf8('a')) }
  } finally {
    overlay.dispose()
  }
}

describe('Bad input: transactions', () => {
  const refusal = { module: 'test', code: 1, message: 'malformed transaction' }

  it('of any bytes fail the batch as a whole, in the words of the reference, or are calls', () => {
    const before = toHex(state.rootHash())
    const attempt = (input: Uint8Array) => {
      try {
        const { outputs } = execute(input)
        assert.equal(outputs.length, 1)
        decodeRust(Call, input)
      } catch (error) {
        assert.ok(error instanceof CodedError)
        const { module, code, message } = error
        assert.deepEqual({ module, code, message }, refusal)
        assert.throws(() => execute(good, input), refusal)
        assert.throws(() => keyvalueRuntime.check(context, state, [good, input]), refusal)
      }
      assert.equal(toHex(state.rootHash()), before)
    }
    for (const bytes of misspelled(good).values()) attempt(bytes)
    fc.assert(fc.property(hostileBytes(good), attempt), { numRuns: 300 })
    assert.equal(execute(good).outputs[0]?.kind, 'Success')
  })

  it('that call anything with anything answer in words, and keep nothing but their nonce', () => {
    const others = [
      args,
      encodeRust(KeyArgs, make(KeyArgs, { key: 'a' })),
      encodeRust(TransferArgs, TransferArgs.zero),
    ]
    const methods = ['insert', 'get', 'remove', 'withdraw', 'transfer', 'add_escrow', 'unheard_of']
    let failed = 0
    const attempt = (method: string, of: Uint8Array, nonce: bigint) => {
      let outcome: ReturnType<typeof execute>
      try {
        outcome = execute(callOf(method, of, nonce))
      } catch (error) {
        // Arguments that are no CBOR make the transaction none; others may ask the host.
        const isAsking = error instanceof MissingAnswerError
        if (!isAsking) assert.ok(error instanceof CodedError && error.module === 'test', `${error}`)
        return
      }
      const [output] = outcome.outputs
      if (output?.kind === 'Success') return
      failed++
      assert.equal(typeof output?.body, 'string')
      assert.equal(outcome.a, undefined)
      assert.ok(nonce === 0n || outcome.nonce === undefined)
    }
    const calls = fc.property(
      fc.constantFrom(...methods),
      hostileBytes(...others),
      fc.constantFrom(0n, 1n, 2n ** 64n - 1n),
      attempt,
    )
    fc.assert(calls, { numRuns: 300 })
    assert.ok(failed > 10, `${failed} calls got so far`)
  })
})
