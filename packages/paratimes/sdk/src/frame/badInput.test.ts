import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { bytes, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { TAG_BYTES } from '@wadi/crypto/aead/aead'
import { hostileBytes, misspelled } from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import fc from 'fast-check'
import { readValue } from '../codec.ts'
import { EPHEMERAL_KEY_AGE_MAX } from '../limits.ts'
import {
  boxWith,
  confidential,
  encryptedWith,
  envelopeOf,
  now,
  sealed,
} from '../testing/sealedCalls.ts'
import { bob, charlie, dave } from '../testing/testKeys.ts'
import { DONE, resultAt, signed, type TestChain, transferTo } from '../testing/testParatime.ts'
import { CALL_FORMATS, Call, CallResult } from '../types/transaction.ts'
import { CallEnvelope, ResultEnvelope } from './callFormat.ts'

const transfer = transferTo(charlie.address, 5n)
const goodCall = encodeRust(Call, { format: 0, readOnly: false, ...transfer })
const goodEnvelope = envelopeOf(goodCall, { epoch: now })
const good = encodeRust(CallEnvelope, goodEnvelope)
/** Of the same fields, of any size. */
const LooseEnvelope = struct({ pk: bytes, nonce: bytes, epoch: u64, data: bytes })
/** Of somebody else, in the clear, in the same batch. */
const beside = signed(dave, transferTo(bob.address, 7n))

function sentenceOf(result: CallResult): string {
  if (result.kind !== 'fail') return result.kind
  const { module, code, message } = result.body
  return `${module}/${code} ${message}`
}

/** What the client reads in what it is answered. */
function opened(result: CallResult): string {
  if (result.kind !== 'unknown') return sentenceOf(result)
  const { nonce, data } = decodeRust(ResultEnvelope, result.body)
  const inner = boxWith(now).open(nonce, data, new Uint8Array(0))
  return `inside: ${sentenceOf(decodeRust(CallResult, inner))}`
}

/** The same envelope in other words, such as one that leaves the epoch of now to be guessed. */
function isGood(body: Uint8Array): boolean {
  const decoding = readValue(CallEnvelope, body)
  if (decoding.kind === 'refused') return false
  const { epoch, ...rest } = decoding.value
  const { epoch: _, ...expected } = goodEnvelope
  return isDeepStrictEqual(rest, expected) && (epoch === 0n || epoch === now)
}

/** What a call comes to in a batch with a plain one, which goes on. */
function tried(input: Uint8Array): string {
  const chain = confidential()
  const outcome = chain.execute([input, beside])
  assert.deepEqual(resultAt(outcome, 1), DONE)
  assertUntouched(chain)
  return opened(resultAt(outcome))
}

/** What it comes to where a batch is made: what can be seen without keys gets into none. */
function scheduled(input: Uint8Array): string {
  const chain = confidential()
  const outcome = chain.execute([input, beside], { mode: 'schedule' })
  assert.deepEqual(resultAt(outcome, outcome.transactions.length - 1), DONE)
  assertUntouched(chain)
  if (outcome.rejected.length === 0) return opened(resultAt(outcome))
  assert.equal(outcome.transactions.length, 1)
  const { module, code, message } = chain.check([input])[0]!.error
  return `${module}/${code} ${message}`
}

/** Undefined for what makes the transaction none: a body that is no CBOR, or too large. */
function encryptedUnlessNone(body: Uint8Array): Uint8Array | undefined {
  let isNone = false
  let input: Uint8Array | undefined
  try {
    input = encryptedWith(body)
    confidential().execute([input])
  } catch (error) {
    assert.ok(error instanceof CodedError, `${error}`)
    if (input !== undefined) assert.equal(error.module, 'dispatcher')
    isNone = true
  }
  return isNone ? undefined : input
}

function assertUntouched(chain: TestChain): void {
  assert.equal(chain.balanceOf(charlie.address), 0n)
}

const bodyOf = (changes: Partial<CallEnvelope>) =>
  encryptedWith(encodeRust(CallEnvelope, { ...goodEnvelope, ...changes }))

describe('Bad input: encrypted calls', () => {
  it('of any bytes are refused by their code, and what is beside them goes on', () => {
    const refusals = new Set<string>()
    const attempt = (body: Uint8Array) => {
      fc.pre(!isGood(body))
      const input = encryptedUnlessNone(body)
      if (input === undefined) return
      const sentence = tried(input)
      refusals.add(sentence)
      assert.match(sentence, /^core\/18 invalid call format: /)
      // Whoever makes the batch and whoever checks it come to the same.
      assert.equal(scheduled(input), sentence)
    }
    for (const body of misspelled(good).values()) if (!isGood(body)) attempt(body)
    fc.assert(fc.property(hostileBytes(good), attempt), { numRuns: 60 })
    assert.ok(refusals.size >= 3, [...refusals].join())
  })

  it('with a key, a nonce or a text of another size say which envelope they are not', () => {
    const sizes = [
      [{ pk: new Uint8Array(31) }, 'bad call envelope'],
      [{ pk: new Uint8Array(33) }, 'bad call envelope'],
      [{ nonce: new Uint8Array(14) }, 'bad call envelope'],
      [{ nonce: new Uint8Array(16) }, 'bad call envelope'],
      [{ data: new Uint8Array(0) }, 'Ciphertext did not include a complete tag.'],
      [{ data: new Uint8Array(TAG_BYTES - 1) }, 'Ciphertext did not include a complete tag.'],
      [{ data: new Uint8Array(TAG_BYTES) }, 'Tag verification failed'],
      // Nobody has a secret with the keys of low order: zeros stand for it.
      [{ pk: new Uint8Array(32) }, 'Tag verification failed'],
      [{ pk: new Uint8Array(32).fill(1, 0, 1) }, 'Tag verification failed'],
    ] as const
    for (const [change, sentence] of sizes) {
      const input = encryptedWith(encodeRust(LooseEnvelope, { ...goodEnvelope, ...change }))
      assert.equal(tried(input), `core/18 invalid call format: ${sentence}`)
    }
  })

  it('for a key of another epoch, one that is over, or one that is to come, are not opened', () => {
    const refused = (how: Parameters<typeof sealed>[0]) => tried(sealed(how))
    const BAD_TAG = 'core/18 invalid call format: Tag verification failed'
    assert.equal(refused({ epoch: now, named: now - 1n }), BAD_TAG)
    assert.equal(refused({ epoch: now - 1n, named: now }), BAD_TAG)
    assert.equal(refused({ epoch: now - 2n, named: 0n }), BAD_TAG)
    const over = now - EPHEMERAL_KEY_AGE_MAX - 1n
    assert.match(refused({ epoch: over }), /^core\/18 .*: epoch too far in the past$/)
    assert.match(refused({ epoch: now, named: 1n }), /^core\/18 .*: epoch too far in the past$/)
    for (const named of [now + 1n, 2n ** 64n - 1n])
      assert.match(refused({ epoch: now, named }), /^core\/18 .*: epoch in the future$/)
  })

  it('of an epoch of which there is no key are told so', () => {
    const chain = confidential().set({ epoch: 3n })
    const outcome = chain.execute([sealed({ epoch: 1n })])
    const title = 'core/18 invalid call format: '
    assert.equal(sentenceOf(resultAt(outcome)), `${title}invalid call format: invalid epoch`)
  })

  it('with any bytes inside fail as calls do, and only the client learns how', () => {
    const attempt = (inner: Uint8Array) => {
      fc.pre(!equalBytes(inner, goodCall))
      const body = encodeRust(CallEnvelope, envelopeOf(inner, { epoch: now }))
      const input = encryptedUnlessNone(body)
      if (input === undefined) return
      const chain = confidential()
      const sentence = opened(resultAt(chain.execute([input])))
      if (sentence.startsWith('core/')) assert.equal(sentence, MALFORMED)
      else assert.match(sentence, /^inside: /)
      // Whoever changes bytes of a good call may make another good one: of its own money.
      if (sentence !== 'inside: ok') assertUntouched(chain)
    }
    const MALFORMED = 'core/18 invalid call format: malformed call'
    for (const inner of misspelled(goodCall).values()) attempt(inner)
    fc.assert(fc.property(hostileBytes(goodCall), attempt), { numRuns: 60 })
  })

  it('with an encrypted call inside call nothing', () => {
    const inner = encodeRust(Call, {
      format: CALL_FORMATS.encryptedX25519DeoxysII,
      method: '',
      body: good,
      readOnly: false,
    })
    const body = encodeRust(CallEnvelope, envelopeOf(inner, { epoch: now }))
    assert.equal(tried(encryptedWith(body)), 'inside: core/3 invalid method: ')
  })

  it('in a format that nobody has heard of are no transactions', () => {
    for (const format of [2, 255]) {
      const input = encryptedWith(good, { format })
      const [checked] = confidential().check([input])
      assert.deepEqual([checked!.error.module, checked!.error.code], ['core', 1])
      assert.throws(() => confidential().execute([input]), { module: 'dispatcher', code: 2 })
    }
  })

  it('of which bytes were changed on the way are not opened, wherever that was', () => {
    const { data, nonce, pk } = goodEnvelope
    const flip = (bytes: Uint8Array, at: number) =>
      bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))
    const sentences = [
      ...[0, 40, data.length - TAG_BYTES, data.length - 1].map((at) =>
        tried(bodyOf({ data: flip(data, at) })),
      ),
      ...[0, 14].map((at) => tried(bodyOf({ nonce: flip(nonce, at) }))),
      ...[0, 15, 30].map((at) => tried(bodyOf({ pk: flip(pk, at) }))),
    ]
    assert.deepEqual(
      [...new Set(sentences)],
      ['core/18 invalid call format: Tag verification failed'],
    )
  })
})
