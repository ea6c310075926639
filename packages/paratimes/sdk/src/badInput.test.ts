import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { u64 } from '@wadi/cbor/scalars'
import { hostileBytes, misspelled } from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import fc from 'fast-check'
import { transactionContext } from './authentication/signatureContext.ts'
import { signTransaction } from './authentication/signTransaction.ts'
import { EstimateGasQuery } from './modules/core/types.ts'
import { alice, bob, charlie, dave, frank } from './testing/testKeys.ts'
import {
  chainContext,
  coreParameters,
  DONE,
  resultAt,
  runtimeId,
  signed,
  TestChain,
  transactionOf,
  transferTo,
} from './testing/testParatime.ts'
import {
  type CallerAddress,
  type SignerInfo,
  type Transaction,
  UnverifiedTransaction,
} from './types/transaction.ts'

const transfer = transferTo(charlie.address, 1n)
const good = [alice, dave, frank].map((key) => signed(key, transfer))
const METHODS = [
  'accounts.Transfer',
  'consensus.Deposit',
  'consensus.Withdraw',
  'consensus.Delegate',
  'consensus.Undelegate',
  'core.EstimateGas',
  'unheard.Of',
] as const

const isGood = (bytes: Uint8Array) => good.some((one) => equalBytes(one, bytes))

/** The code with which an input is refused; 0 if it is not. */
function checked(chain: TestChain, input: Uint8Array): string {
  const [result] = chain.check([input])
  const { module, code } = result!.error
  return code === 0 ? 'good' : `${module}/${code}`
}

describe('Bad input: transactions', () => {
  it('of any bytes are refused by their codes, and leave the state as it was', () => {
    const chain = new TestChain()
    chain.execute([])
    const before = toHex(chain.state.rootHash())
    const attempt = (input: Uint8Array) => {
      fc.pre(!isGood(input))
      assert.match(checked(chain, input), /^core\/\d+$/)
      assert.throws(() => chain.execute([good[0]!, input]), { module: 'dispatcher', code: 2 })
      assert.equal(toHex(chain.state.rootHash()), before)
    }
    for (const bytes of misspelled(good[0]!).values()) attempt(bytes)
    fc.assert(fc.property(hostileBytes(...good), attempt), { numRuns: 200 })
    for (const bytes of good) assert.equal(checked(chain, bytes), 'good')
  })

  it('of any bytes are left out of a batch that is made, and those beside them are not', () => {
    const alone = new TestChain()
    alone.execute([good[0]!], { mode: 'schedule' })
    const attempt = (input: Uint8Array) => {
      fc.pre(!isGood(input))
      const chain = new TestChain()
      const outcome = chain.execute([input, good[0]!], { mode: 'schedule' })
      assert.equal(outcome.rejected.length, 1)
      assert.deepEqual(
        outcome.transactions.map(({ input: one }) => one),
        [good[0]],
      )
      assert.deepEqual(chain.state.rootHash(), alone.state.rootHash())
    }
    fc.assert(fc.property(hostileBytes(...good), attempt), { numRuns: 60 })
  })

  it('that call anything with anything fail with a code, and change no balance but for the fee', () => {
    const bodies = hostileBytes(transfer.body)
    let failed = 0
    const attempt = (method: string, body: Uint8Array) => {
      fc.pre(!equalBytes(body, transfer.body))
      // Each upon a chain of its own: what went well may have sent a message, which is waited for.
      const chain = new TestChain()
      const input = signed(alice, { method, body })
      const balances = () => [alice, bob, charlie].map(({ address }) => chain.balanceOf(address))
      const before = balances()
      let outcome: ReturnType<TestChain['execute']>
      try {
        outcome = chain.execute([input])
      } catch (error) {
        // A body that is no CBOR makes the transaction none.
        assert.ok(error instanceof CodedError && error.module === 'dispatcher', `${error}`)
        assert.deepEqual(balances(), before)
        return
      }
      const result = resultAt(outcome)
      const sum = (all: readonly bigint[]) => all.reduce((a, b) => a + b, 0n)
      if (result.kind !== 'ok') {
        failed++
        assert.equal(result.kind, 'fail')
        assert.deepEqual(balances(), before)
        assert.deepEqual(outcome.messages, [])
      } else if (method === 'accounts.Transfer') {
        assert.deepEqual(result, DONE)
        assert.ok(sum(balances()) <= sum(before))
      }
    }
    const calls = fc.property(fc.constantFrom(...METHODS), bodies, attempt)
    fc.assert(calls, { numRuns: 200 })
    assert.ok(failed > 10, `${failed} calls got so far`)
  })

  it('that nobody has signed are refused where it is asked what they would use', () => {
    const estimate = (tx: Transaction, caller?: CallerAddress) => {
      const args = encodeRust(EstimateGasQuery, { caller, tx, propagateFailures: false })
      const chain = new TestChain()
      chain.execute([])
      return chain.query('core.EstimateGas', args, u64)
    }
    const usual = transactionOf(alice.addressSpec, transfer)
    const unsigned = { ...usual, authInfo: { ...usual.authInfo, signerInfo: [] } }
    assert.throws(() => estimate(unsigned), { module: 'dispatcher', code: 3 })
    assert.ok(estimate(unsigned, { kind: 'address', body: charlie.address }) > 0n)
    const tried = fc.property(
      fc.constantFrom(...METHODS),
      fc.oneof(hostileBytes(transfer.body), fc.constant(transfer.body)),
      fc.constantFrom<readonly SignerInfo[]>([], usual.authInfo.signerInfo),
      (method, body, signerInfo) => {
        const authInfo = { ...usual.authInfo, signerInfo }
        try {
          assert.ok(estimate({ ...usual, call: { ...usual.call, method, body }, authInfo }) > 0n)
        } catch (error) {
          assert.ok(error instanceof CodedError, `${error}`)
        }
      },
    )
    fc.assert(tried, { numRuns: 200 })
  })

  it('for another runtime or chain, of another nonce, or after their time, are refused', () => {
    const chain = new TestChain()
    const transaction = transactionOf(alice.addressSpec, transfer)
    const other = 'cd'.repeat(32)
    const otherId = runtimeId.map((byte, i) => (i === 31 ? byte ^ 1 : byte)) as typeof runtimeId
    for (const context of [
      transactionContext(runtimeId, other),
      transactionContext(otherId, chainContext),
    ])
      assert.equal(checked(chain, signTransaction(context, transaction, [alice.signer])), 'core/1')
    const refused = (more: Partial<typeof transfer>) =>
      checked(chain, signed(alice, { ...transfer, ...more }))
    assert.match(refused({ nonce: 2n ** 64n - 1n }), /^core\/\d+$/)
    assert.match(refused({ notAfter: 0n }), /^core\/\d+$/)
    assert.match(refused({ notBefore: 1_000n }), /^core\/\d+$/)
    chain.execute([good[0]!])
    assert.match(checked(chain, good[0]!), /^core\/\d+$/)
  })

  it('of the largest size are looked at, and of one byte more are not even read', () => {
    const chain = new TestChain()
    const { maxTxSize } = coreParameters
    assert.equal(checked(chain, new Uint8Array(maxTxSize)), 'core/1')
    assert.equal(checked(chain, new Uint8Array(maxTxSize + 1)), 'core/23')
    // Ever so many proofs, as small as they can be.
    const body = decodeRust(UnverifiedTransaction, good[0]!).body
    const proofs = Array(300).fill({ kind: 'multisig', body: [] } as const)
    const input = encodeRust(UnverifiedTransaction, { body, authProofs: proofs })
    assert.ok(input.length <= maxTxSize)
    assert.equal(checked(chain, input), 'core/15')
  })
})
