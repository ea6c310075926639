import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { text, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { unit, value } from '../codec.ts'
import { call } from '../method.ts'
import { defineModule, NO_PARAMETERS } from '../module.ts'
import { Transfer } from '../modules/accounts/types.ts'
import {
  Delegate,
  Receipt,
  TakenReceipt,
  TakeReceipt,
} from '../modules/consensus-accounts/types.ts'
import { errors } from '../modules/core/errors.ts'
import { useGas } from '../modules/core/gas.ts'
import { alice, bob } from '../testing/testKeys.ts'
import {
  DONE,
  resultAt,
  signed,
  TEST,
  TestChain,
  testModules,
  testParatime,
} from '../testing/testParatime.ts'
import { native } from '../types/token.ts'
import { subcall } from './subcall.ts'

const DEPTH_MAX = 3

/** What to call from within. */
const Proxied = struct({ method: text, body: value, gas: u64 })

/** A module that calls for its callers: itself as deep as one likes. */
const proxy = defineModule({
  name: 'proxy',
  parameters: NO_PARAMETERS,
  init: () => undefined,
  methods: [
    call({
      name: 'proxy.Call',
      args: Proxied,
      result: value,
      run(frame, { method, body, gas }) {
        const caller = { kind: 'address', body: frame.callerAddress } as const
        const depthMax = DEPTH_MAX
        const watch = (name: string) => {
          if (name === 'accounts.Transfer' && gas === 666n) throw errors.forbidden()
        }
        const { outcome, gasUsed } = subcall(frame, {
          caller,
          method,
          body,
          depthMax,
          gasMax: gas,
          watch,
        })
        useGas(frame, gasUsed)
        if (outcome.kind === 'failed') throw outcome.error
        return outcome.value
      },
    }),
  ],
})
const paratime = { ...testParatime, modules: testModules([proxy]) }

function proxied(method: string, body: Uint8Array, gas = 3_000n): Uint8Array {
  return encodeRust(Proxied, { method, body, gas })
}

function callBy(key: typeof alice, body: Uint8Array, nonce = 0n): Uint8Array {
  return signed(key, { method: 'proxy.Call', body, nonce })
}

const transfer = encodeRust(Transfer, { to: bob.address, amount: native(5n) })

function failureOf(outcome: ReturnType<TestChain['execute']>): string {
  const result = resultAt(outcome)
  return result.kind === 'fail' ? `${result.body.module}/${result.body.code}` : result.kind
}

describe('a call from within', () => {
  it('acts for the caller, and what it did stays', () => {
    const chain = new TestChain(paratime)
    const outcome = chain.execute([callBy(alice, proxied('accounts.Transfer', transfer))])
    assert.deepEqual(resultAt(outcome), DONE)
    assert.equal(chain.balanceOf(bob.address), 1_000_005n)
  })

  it('may call what transactions may not', () => {
    const outcome = new TestChain(paratime).execute([
      callBy(alice, proxied('core.CurrentEpoch', encodeRust(unit, undefined))),
    ])
    assert.deepEqual(resultAt(outcome), { kind: 'ok', body: encodeRust(u64, 1n) })
  })

  it('has as much gas as it is given, and not one more', () => {
    const epochOf = (gas: bigint) =>
      failureOf(
        new TestChain(paratime).execute([
          callBy(alice, proxied('core.CurrentEpoch', encodeRust(unit, undefined), gas)),
        ]),
      )
    assert.equal(epochOf(10n), 'ok')
    assert.equal(epochOf(9n), 'core/12')
  })

  it('goes so deep, and not one deeper', () => {
    const nested = (depth: number): Uint8Array =>
      depth === 1
        ? proxied('core.CurrentEpoch', encodeRust(unit, undefined), 500n)
        : proxied('proxy.Call', nested(depth - 1), 500n + BigInt(depth) * 100n)
    const chain = new TestChain(paratime)
    assert.equal(failureOf(chain.execute([callBy(alice, nested(DEPTH_MAX))])), 'ok')
    assert.equal(failureOf(chain.execute([callBy(alice, nested(DEPTH_MAX + 1), 1n)])), 'core/27')
  })

  it('is watched by all who are between it and the transaction', () => {
    const inner = proxied('accounts.Transfer', transfer, 1_000n)
    const chain = new TestChain(paratime)
    assert.equal(
      failureOf(chain.execute([callBy(alice, proxied('proxy.Call', inner, 2_000n))])),
      'ok',
    )
    const outcome = chain.execute([callBy(alice, proxied('proxy.Call', inner, 666n), 1n)])
    assert.equal(failureOf(outcome), 'core/22')
  })

  it('gets a receipt for a delegation, once', () => {
    const chain = new TestChain(paratime)
    const delegate = {
      to: bob.address,
      amount: { amount: 4_000n, denomination: TEST },
      receipt: 7n,
    }
    const sent = chain.execute([
      callBy(alice, proxied('consensus.Delegate', encodeRust(Delegate, delegate), 5_000n)),
    ])
    assert.deepEqual(resultAt(sent), DONE)
    const messages = [{ module: 'staking', code: 5, index: 0, result: Uint8Array.of(0xf6) }]
    const results = { messages, goodComputeEntities: [], badComputeEntities: [] }
    chain.execute([], { roundResults: results })
    const take = encodeRust(TakeReceipt, { kind: { kind: 'delegate', body: undefined }, id: 7n })
    const taken = [1n, 2n].map((nonce) => {
      const result = resultAt(
        chain.execute([callBy(alice, proxied('consensus.TakeReceipt', take), nonce)]),
      )
      return result.kind === 'ok' ? decodeRust(TakenReceipt, result.body) : result.kind
    })
    const error = { module: 'staking', code: 5 }
    assert.deepEqual(taken, [{ ...Receipt.zero, error }, undefined])
  })
})
