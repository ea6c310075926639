/** Calls that only the ParaTime can read, and results that only the caller can. */

import { CodedError } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { bytes, fixedBytes, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { type AeadKey, TAG_BYTES } from '@wadi/crypto/aead/aead'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { encodeValue, readBytes, readValue } from '../codec.ts'
import { isAbort } from '../errors.ts'
import { EPHEMERAL_KEY_AGE_MAX } from '../limits.ts'
import { errors } from '../modules/core/errors.ts'
import { CALL_FORMATS, Call, CallResult } from '../types/transaction.ts'
import { type CallKeys, callKeyPairId } from './callKeys.ts'
import type { Frame } from './frame.ts'

/** Of both envelopes. */
export const NONCE_SIZE = 15
const NO_DATA = new Uint8Array(0)
const TITLE = 'invalid call format'
/** As the reference's cipher says it: part of outputs, which are hashed. */
const NO_TAG = 'Ciphertext did not include a complete tag.'
const BAD_TAG = 'Tag verification failed'

/** An encrypted call. */
export const CallEnvelope = struct({
  pk: fixedBytes(32),
  nonce: fixedBytes(NONCE_SIZE),
  /** Of the key; 0 if the client does not know it. */
  epoch: omitEmpty(u64),
  data: bytes,
})
export type CallEnvelope = Infer<typeof CallEnvelope>

/** An encrypted result. */
export const ResultEnvelope = struct({ nonce: fixedBytes(NONCE_SIZE), data: bytes })
export type ResultEnvelope = Infer<typeof ResultEnvelope>

/**
 * How to encrypt the result: with the key of the call.
 * PERF: deriving it takes longer than all else about an encrypted transfer.
 */
export interface ResultKey {
  readonly key: AeadKey
  readonly index: number
}

/** A call that can be read. */
export interface DecodedCall {
  readonly call: Call
  /** Undefined if the result may be read by everybody. */
  readonly resultKey: ResultKey | undefined
}

/**
 * The call that is meant; undefined for one that is encrypted and not executed, of which no more
 * can be seen.
 */
export function decodeCall(frame: Frame, call: Call, index: number): DecodedCall | undefined {
  if (call.format === CALL_FORMATS.plain) return { call, resultKey: undefined }
  if (call.method !== '') throw errors.invalidCallFormat('non-empty method')
  const envelope = readValue(CallEnvelope, call.body)
  if (envelope.kind === 'refused') throw errors.invalidCallFormat('bad call envelope')
  const { callKeys } = frame
  if (callKeys === undefined) throw errors.invalidCallFormat('confidential txs unavailable')
  if (frame.environment.mode !== 'execute') return undefined
  const { data, key } = decrypt(frame, callKeys, envelope.value)
  const inner = readBytes(Call, data)
  if (inner.kind === 'refused') throw errors.invalidCallFormat('malformed call')
  if (inner.value.readOnly !== call.readOnly) {
    throw errors.invalidCallFormat('read-only flag mismatch')
  }
  return { call: inner.value, resultKey: { key, index } }
}

/**
 * Is it known whether the call can be opened? Whoever makes a batch leaves others for later: with
 * one of them the batch would come to nothing, and what is beside it as well. So it does not wait
 * for long. In a batch that somebody else has made there is no choice.
 */
export function canTryToOpen(frame: Frame, { format, body }: Call): boolean {
  const { callKeys } = frame
  if (format === CALL_FORMATS.plain || callKeys === undefined) return true
  const envelope = readValue(CallEnvelope, body)
  if (envelope.kind === 'refused') return true
  const brief: OpeningKeys = {
    ephemeralKey: (id, epoch) => callKeys.ephemeralKey(id, epoch, 'briefly'),
  }
  const { epoch } = envelope.value
  try {
    // Where the epoch is named, having its key is enough.
    if (epoch > 0n) secretKeyOf(frame, brief, checkedEpoch(frame, epoch))
    else decrypt(frame, brief, envelope.value).key.wipe()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return !isAbort(error)
  }
  return true
}

type OpeningKeys = Pick<CallKeys, 'ephemeralKey'>

interface Opened {
  readonly data: Uint8Array
  /** With which it was sealed, and the result will be. */
  readonly key: AeadKey
}

function decrypt(frame: Frame, callKeys: OpeningKeys, envelope: CallEnvelope): Opened {
  if (envelope.epoch > 0n) {
    return open(frame, callKeys, envelope, checkedEpoch(frame, envelope.epoch))
  }
  try {
    return open(frame, callKeys, envelope, frame.context.epoch)
  } catch (now) {
    if (!(now instanceof CodedError)) throw now
    return openBefore(frame, callKeys, envelope, now)
  }
}

/** Opens it with the key of the epoch before, as that of now does not. */
function openBefore(
  frame: Frame,
  callKeys: OpeningKeys,
  envelope: CallEnvelope,
  now: CodedError,
): Opened {
  try {
    return open(frame, callKeys, envelope, frame.context.epoch - 1n)
  } catch (before) {
    if (!(before instanceof CodedError)) throw before
    // Whoever has the key of now may open it.
    throw isAbort(now) ? now : before
  }
}

function checkedEpoch({ context }: Frame, epoch: bigint): bigint {
  const now: bigint = context.epoch
  if (epoch > now) throw errors.invalidCallFormat('epoch in the future')
  const oldest = now > EPHEMERAL_KEY_AGE_MAX ? now - EPHEMERAL_KEY_AGE_MAX : 0n
  if (epoch < oldest) throw errors.invalidCallFormat('epoch too far in the past')
  return epoch
}

function secretKeyOf(frame: Frame, callKeys: OpeningKeys, epoch: bigint): Uint8Array {
  const secretKey = callKeys.ephemeralKey(callKeyPairId(frame.callDataContext, epoch), epoch)
  // COMPAT(oasis-sdk): what is wrong is said by who looks for the key, and again by who decrypts.
  if (secretKey === undefined) throw errors.invalidCallFormat(`${TITLE}: invalid epoch`)
  return secretKey
}

function open(
  frame: Frame,
  callKeys: OpeningKeys,
  { pk, nonce, data }: CallEnvelope,
  epoch: bigint,
): Opened {
  const key = useBoxKey(x25519, secretKeyOf(frame, callKeys, epoch), pk)
  try {
    return { data: key.open(nonce, data, NO_DATA), key }
  } catch (error) {
    key.wipe()
    if (!(error instanceof CodedError)) throw error
    throw errors.invalidCallFormat(data.length < TAG_BYTES ? NO_TAG : BAD_TAG)
  }
}

/** The result as the caller gets it. */
export function encodeResult(
  frame: Frame,
  result: CallResult,
  resultKey: ResultKey | undefined,
): CallResult {
  if (resultKey === undefined) return result
  const { key, index } = resultKey
  const nonce = new Uint8Array(NONCE_SIZE)
  const view = new DataView(nonce.buffer)
  view.setBigUint64(0, frame.context.header.round)
  view.setUint32(8, index)
  const data = key.seal(nonce, encodeValue(CallResult, result), NO_DATA)
  key.wipe()
  return { kind: 'unknown', body: encodeValue(ResultEnvelope, { nonce, data }) }
}
