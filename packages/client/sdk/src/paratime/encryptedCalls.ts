/** Calls that only a ParaTime can read, with answers that only whoever calls can. */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { callDataContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { CallEnvelope, NONCE_SIZE, ResultEnvelope } from '@wadi/paratime-sdk/frame/callFormat'
import { callKeyPairId } from '@wadi/paratime-sdk/frame/callKeys'
import { EPHEMERAL_KEY_AGE_MAX } from '@wadi/paratime-sdk/limits'
import { CALL_FORMATS, Call, CallResult } from '@wadi/paratime-sdk/types/transaction'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { X25519PublicKey } from '@wadi/primitives/publicKey'
import { checkPublicKey } from '@wadi/runtime-keymanager/signedPublicKey'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { NodeClient } from '../nodeClient.ts'
import { type ParatimeDesk, queryParatime } from './paratimeQueries.ts'
import type { ParatimeCall } from './prepareParatimeTransaction.ts'

/** A ParaTime with a key manager, on a network. */
export interface KeyDesk extends ParatimeDesk {
  /**
   * Who says which key manager signs with which key, and which epoch it is. Both follow from the
   * state: if this is the client of a light node, both are proved. If it is that of the node that
   * tells the key, that node is believed, and one that lies can name a key of its own.
   */
  readonly consensus: Pick<NodeClient, 'keyManagerSecrets' | 'beacon'>
  readonly chainContext: string
  /** As the descriptor of the ParaTime names it, which a light node proves as well. */
  readonly keyManager: Namespace
}

/** The key for which calls are encrypted, and its epoch: some epochs later it is good no more. */
export interface CallKey {
  readonly key: X25519PublicKey
  readonly epoch: Epoch
}

/** An encrypted call, and what opens the answer to it. */
export interface SealedCall {
  readonly call: Call
  /** Refuses what is no answer to this call. */
  open(result: CallResult): CallResult
}

const LAST = 0n
const SECRET_SIZE = 32
const NO_DATA = new Uint8Array(0)

const untrue = (reason: string, why: string, cause?: unknown) =>
  new UnavailableError(`paratime.${reason}`, why, { cause })

/**
 * The key of now, signed as `desk.consensus` says that this ParaTime's key manager signs. Without
 * enclaves the signature says who made the key, not that nobody else has it.
 */
export async function askCallKey(desk: KeyDesk): Promise<CallKey> {
  const { consensus, runtimeId, chainContext, keyManager } = desk
  const { publicKey, epoch } = await queryParatime(desk, 'core.CallDataPublicKey', undefined)
  const [{ rsk }, now] = await Promise.all([
    consensus.keyManagerSecrets.getStatus({ id: keyManager, height: LAST }),
    // Asked later, it is no epoch before that of the key.
    consensus.beacon.getEpoch(LAST),
  ])
  if (rsk === undefined)
    throw untrue('noSigner', 'the key manager has no key yet that signs others')
  const keyPairId = KeyPairId.check(callKeyPairId(callDataContext(runtimeId, chainContext), epoch))
  try {
    checkPublicKey(publicKey, { runtimeId, keyPairId, epoch }, { rsk, now })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const why = `the key manager has not signed the key that the node tells (${error.message})`
    throw untrue('badKey', why, error)
  }
  // The key manager's own bound is wider: such a call would be paid for and fail.
  if (now - epoch > EPHEMERAL_KEY_AGE_MAX) {
    const why = `the node tells the key of epoch ${epoch}, too old in epoch ${now}`
    throw untrue('oldKey', why)
  }
  return { key: publicKey.key, epoch }
}

/** Encrypts a call. */
export function sealCall(
  { method, body }: ParatimeCall,
  { key: theirs, epoch }: CallKey,
  random: RandomSource,
): SealedCall {
  const secret = random.bytes(SECRET_SIZE)
  const box = useBoxKey(x25519, secret, theirs)
  const pk = x25519.publicKey(secret)
  secret.fill(0)
  const nonce = random.bytes(NONCE_SIZE)
  const inner: Call = { format: CALL_FORMATS.plain, method, body, readOnly: false }
  const data = box.seal(nonce, encodeRust(Call, inner), NO_DATA)
  const envelope = encodeRust(CallEnvelope, { pk, nonce, epoch, data })
  const format = CALL_FORMATS.encryptedX25519DeoxysII
  return {
    call: { format, method: '', body: envelope, readOnly: false },
    open(result) {
      // What fails before it is decrypted is told in the clear.
      if (result.kind === 'fail') return result
      if (result.kind === 'ok')
        throw untrue('openAnswer', 'an encrypted call is answered in the clear')
      try {
        const { nonce: theirNonce, data: sealed } = decodeRust(ResultEnvelope, result.body)
        return decodeRust(CallResult, box.open(theirNonce, sealed, NO_DATA))
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        throw untrue('unreadable', 'the answer to an encrypted call cannot be opened', error)
      }
    },
  }
}
