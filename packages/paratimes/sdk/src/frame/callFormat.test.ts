import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { unit } from '../codec.ts'
import { aborts } from '../errors.ts'
import { EPHEMERAL_KEY_AGE_MAX } from '../limits.ts'
import { CallDataPublicKey, GasUsed } from '../modules/core/types.ts'
import { asked, boxWith, confidential, now, sealed, secretOf } from '../testing/sealedCalls.ts'
import { bob, charlie, dave } from '../testing/testKeys.ts'
import { DONE, resultAt, signed, TestChain, transferTo } from '../testing/testParatime.ts'
import { CallResult } from '../types/transaction.ts'
import { ResultEnvelope } from './callFormat.ts'

const noData = new Uint8Array(0)

function messageOf(result: CallResult): string {
  return result.kind === 'fail' ? `${result.body.code} ${result.body.message}` : result.kind
}

describe('an encrypted call', () => {
  it('is executed, and only who called can read what came of it', () => {
    const chain = confidential().setRound(0x0102n)
    const result = resultAt(chain.execute([sealed({ epoch: now })]))
    assert.ok(result.kind === 'unknown')
    const envelope = decodeRust(ResultEnvelope, result.body)
    assert.equal(toHex(envelope.nonce), '000000000000010200000000000000')
    const opened = boxWith(now).open(envelope.nonce, envelope.data, noData)
    assert.deepEqual(decodeRust(CallResult, opened), DONE)
    assert.equal(chain.balanceOf(charlie.address), 5n)
  })

  it('that fails says so in the envelope', () => {
    const chain = confidential()
    const result = resultAt(chain.execute([sealed({ epoch: now, inner: { method: 'no.Such' } })]))
    assert.ok(result.kind === 'unknown')
    const envelope = decodeRust(ResultEnvelope, result.body)
    const opened = boxWith(now).open(envelope.nonce, envelope.data, noData)
    assert.equal(messageOf(decodeRust(CallResult, opened)), '3 invalid method: no.Such')
  })

  it('is not looked into when it is only checked', () => {
    asked.length = 0
    const [result] = confidential().check([sealed({ epoch: now, inner: { method: 'no.Such' } })])
    assert.equal(result!.error.code, 0)
    assert.deepEqual(asked, [])
  })

  it('may use keys of so many epochs ago, and not one beyond', () => {
    const codeFor = (epoch: bigint, named = epoch) =>
      messageOf(resultAt(confidential().execute([sealed({ epoch, named })])))
    const oldest = now - EPHEMERAL_KEY_AGE_MAX
    assert.equal(codeFor(oldest), 'unknown')
    assert.match(codeFor(oldest - 1n), /^18 .*epoch too far in the past$/)
    assert.match(codeFor(now + 1n), /^18 .*epoch in the future$/)
  })

  it('without an epoch is opened with the key of this one, or of the one before', () => {
    for (const epoch of [now, now - 1n]) {
      const outcome = confidential().execute([sealed({ epoch, named: 0n })])
      assert.equal(messageOf(resultAt(outcome)), 'unknown')
    }
    const older = confidential().execute([sealed({ epoch: now - 2n, named: 0n })])
    assert.match(messageOf(resultAt(older)), /^18 /)
  })

  it('names no method outside, is an envelope, and says the same inside', () => {
    const failures = [
      [{ epoch: now, outer: { method: 'accounts.Transfer' } }, 'non-empty method'],
      [{ epoch: now, outer: { body: parseHex('40') } }, 'bad call envelope'],
      [{ epoch: now, outer: { readOnly: true } }, 'read-only flag mismatch'],
    ] as const
    for (const [call, sentence] of failures) {
      const outcome = confidential().execute([sealed(call)])
      assert.equal(messageOf(resultAt(outcome)), `18 invalid call format: ${sentence}`)
    }
  })

  it('is refused where there are no keys, and where nothing can be opened', () => {
    const plain = new TestChain().set({ epoch: now as never })
    const refused = plain.execute([sealed({ epoch: now })])
    assert.equal(
      messageOf(resultAt(refused)),
      '18 invalid call format: confidential txs unavailable',
    )
    const wrong = confidential().execute([sealed({ epoch: now, named: now - 1n })])
    assert.match(messageOf(resultAt(wrong)), /^18 invalid call format: /)
  })

  it('waits while the key manager gives no key, and the batch is made of what is beside it', () => {
    const isGiven = { current: false }
    const chain = confidential((epoch) => {
      if (!isGiven.current && epoch === now) throw aborts.keyManagerFailure('transport error')
    })
    const plain = signed(dave, transferTo(bob.address, 7n))
    const batch = [sealed({ epoch: now }), sealed({ epoch: now, named: 0n }), plain]
    const made = chain.execute(batch, { mode: 'schedule' })
    assert.deepEqual([made.transactions.map(({ input }) => input), made.rejected], [[plain], []])
    assert.deepEqual(resultAt(made), DONE)
    // Others have it in a batch: it cannot be left out.
    const given = () => chain.execute([batch[0]!])
    assert.throws(given, { module: 'dispatcher', code: 4 })
    isGiven.current = true
    const next = chain.execute(batch.slice(0, 1), { mode: 'schedule' })
    assert.equal(messageOf(resultAt(next)), 'unknown')
    assert.equal(chain.balanceOf(charlie.address), 5n)
  })

  it('waits for a key for a moment where it can be left for later, and only there', () => {
    const waitsOf = (mode: 'execute' | 'schedule') => {
      const waits: string[] = []
      const chain = confidential((_, wait) => waits.push(wait ?? 'until-answered'))
      chain.execute([sealed({ epoch: now })], { mode })
      return waits
    }
    assert.deepEqual(waitsOf('execute'), ['until-answered'])
    // Whoever has taken it has its key.
    assert.deepEqual(waitsOf('schedule'), ['briefly', 'until-answered'])
  })

  it('is taken with the key of the epoch before although there is none of this one', () => {
    const chain = confidential((epoch) => {
      if (epoch === now) throw aborts.keyManagerFailure('transport error')
    })
    const batch = [sealed({ epoch: now - 1n, named: 0n })]
    assert.equal(messageOf(resultAt(chain.execute(batch, { mode: 'schedule' }))), 'unknown')
  })

  it('costs gas for being opened', () => {
    const input = sealed({ epoch: now })
    const { tags } = confidential().execute([input]).transactions[0]!
    const used = tags.find(({ key }) => toHex(key) === toHex(GasUsed.key))!
    const { amount } = decodeRust(GasUsed.body, used.value.subarray(1))
    assert.equal(amount, BigInt(input.length) + 100n + 500n + 10n)
  })

  it('uses keys that core tells', () => {
    const none = encodeRust(unit, undefined)
    const told = confidential().query('core.CallDataPublicKey', none, CallDataPublicKey)
    assert.deepEqual(told.publicKey.key, x25519.publicKey(secretOf(now)))
    assert.equal(told.epoch, now)
    assert.throws(() => new TestChain().query('core.CallDataPublicKey', none, CallDataPublicKey), {
      module: 'core',
      code: 10,
    })
  })
})
