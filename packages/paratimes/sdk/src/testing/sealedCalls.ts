/** Calls that are encrypted for a ParaTime of tests, by a client whose key is known. */

import { toHex } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import type { AeadKey } from '@wadi/crypto/aead/aead'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import type { KeyWait } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { signTransaction } from '../authentication/signTransaction.ts'
import { CallEnvelope } from '../frame/callFormat.ts'
import type { CallKeys } from '../frame/callKeys.ts'
import { CALL_FORMATS, Call } from '../types/transaction.ts'
import { alice, charlie } from './testKeys.ts'
import {
  signatureContext,
  TestChain,
  testParatime,
  transactionOf,
  transferTo,
} from './testParatime.ts'

/** Of each epoch a key that is the epoch's number, from the second epoch on. */
export const secretOf = (epoch: bigint): Uint8Array => new Uint8Array(32).fill(Number(epoch))
/** The identifiers of the pairs that were asked for. */
export const asked: string[] = []
const keysOf = (ask: (epoch: bigint, wait?: KeyWait) => void): CallKeys => ({
  ephemeralKey(id, epoch, wait) {
    asked.push(toHex(id))
    ask(epoch, wait)
    return epoch < 2n ? undefined : secretOf(epoch)
  },
  publicEphemeralKey: (_, epoch) => ({
    key: X25519PublicKey.check(x25519.publicKey(secretOf(epoch))),
    checksum: new Uint8Array(32),
    signature: RawSignature.check(new Uint8Array(64)),
    expiration: epoch + 10n,
  }),
})
/** The epoch of now. */
export const now = 9n
const clientSecret = new Uint8Array(32).fill(0x77)
const NONCE = new Uint8Array(15).fill(1)
const NO_DATA = new Uint8Array(0)

/** A chain of a ParaTime that can open calls, unless asking for a key throws. */
export function confidential(
  ask: (epoch: bigint, wait?: KeyWait) => void = () => undefined,
): TestChain {
  return new TestChain({ ...testParatime, callKeys: () => keysOf(ask) }).set({ epoch: now })
}

/** What the client and the ParaTime seal with. */
export function boxWith(epoch: bigint): AeadKey {
  return useBoxKey(x25519, clientSecret, x25519.publicKey(secretOf(epoch)))
}

/** How an encrypted call differs from others. */
export interface Sealed {
  readonly epoch: bigint
  readonly named?: bigint
  readonly inner?: Partial<Call>
  readonly outer?: Partial<Call>
}

/** The envelope of some bytes. */
export function envelopeOf(text: Uint8Array, { epoch, named = epoch }: Sealed): CallEnvelope {
  const data = boxWith(epoch).seal(NONCE, text, NO_DATA)
  return { pk: x25519.publicKey(clientSecret), nonce: NONCE, epoch: named, data }
}

/** The transaction by Alice whose call has such a body, and says that it is encrypted. */
export function encryptedWith(body: Uint8Array, outer?: Partial<Call>): Uint8Array {
  const transaction = transactionOf(alice.addressSpec, transferTo(charlie.address, 5n))
  const call = { format: CALL_FORMATS.encryptedX25519DeoxysII, method: '', body, readOnly: false }
  const encrypted = { ...transaction, call: { ...call, ...outer } }
  return signTransaction(signatureContext, encrypted, [alice.signer])
}

/** A transfer by Alice that is encrypted for an epoch. */
export function sealed(how: Sealed): Uint8Array {
  const { call } = transactionOf(alice.addressSpec, transferTo(charlie.address, 5n))
  const envelope = envelopeOf(encodeRust(Call, { ...call, ...how.inner }), how)
  return encryptedWith(encodeRust(CallEnvelope, envelope), how.outer)
}
