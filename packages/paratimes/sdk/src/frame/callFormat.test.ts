import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { signTransaction } from '../authentication/signTransaction.ts'
import { unit } from '../codec.ts'
import { EPHEMERAL_KEY_AGE_MAX } from '../limits.ts'
import { CallDataPublicKey, GasUsed } from '../modules/core/types.ts'
import { alice, charlie } from '../testing/testKeys.ts'
import {
  DONE,
  resultAt,
  signatureContext,
  TestChain,
  testParatime,
  transactionOf,
  transferTo,
} from '../testing/testParatime.ts'
import { CALL_FORMATS, Call, CallResult } from '../types/transaction.ts'
import { CallEnvelope, ResultEnvelope } from './callFormat.ts'
import type { CallKeys } from './callKeys.ts'

/** Of each epoch a key that is the epoch's number, from the second epoch on. */
const secretOf = (epoch: bigint) => new Uint8Array(32).fill(Number(epoch))
const asked: string[] = []
const keys: CallKeys = {
  ephemeralKey(id, epoch) {
    asked.push(toHex(id))
    return epoch < 2n ? undefined : secretOf(epoch)
  },
  publicEphemeralKey: (_, epoch) => ({
    key: X25519PublicKey.check(x25519.publicKey(secretOf(epoch))),
    checksum: new Uint8Array(32),
    signature: RawSignature.check(new Uint8Array(64)),
    expiration: epoch + 10n,
  }),
}
const now = 9n
const clientSecret = new Uint8Array(32).fill(0x77)
const nonce = new Uint8Array(15).fill(1)
const noData = new Uint8Array(0)

function confidential(): TestChain {
  return new TestChain({ ...testParatime, callKeys: () => keys }).set({ epoch: now as never })
}

function boxWith(epoch: bigint) {
  return useBoxKey(x25519, clientSecret, x25519.publicKey(secretOf(epoch)))
}

interface Sealed {
  readonly epoch: bigint
  readonly named?: bigint
  readonly inner?: Partial<Call>
  readonly outer?: Partial<Call>
}

/** A transfer by Alice that is encrypted for an epoch. */
function sealed({ epoch, named = epoch, inner, outer }: Sealed): Uint8Array {
  const transaction = transactionOf(alice.addressSpec, transferTo(charlie.address, 5n))
  const data = boxWith(epoch).seal(
    nonce,
    encodeRust(Call, { ...transaction.call, ...inner }),
    noData,
  )
  const pk = x25519.publicKey(clientSecret)
  const body = encodeRust(CallEnvelope, { pk, nonce, epoch: named, data })
  const call = { format: CALL_FORMATS.encryptedX25519DeoxysII, method: '', body, readOnly: false }
  const encrypted = { ...transaction, call: { ...call, ...outer } }
  return signTransaction(signatureContext, encrypted, [alice.signer])
}

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
