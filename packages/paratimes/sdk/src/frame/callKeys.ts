/** What encrypted calls need of a key manager. */

import { CodedError } from '@wadi/base/errors'
import { runtimes, suspendedRuntimes } from '@wadi/consensus/registry/keys'
import { tupleHash256 } from '@wadi/crypto/hash/cshake'
import type { Epoch } from '@wadi/primitives/epoch'
import {
  KEY_MANAGER_SAID,
  KeyPairId,
  type KeyWait,
  type SignedPublicKey,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { aborts } from '../errors.ts'
import { errors } from '../modules/core/errors.ts'
import { u64Bytes } from '../state/table.ts'

/**
 * Keys of an epoch. Undefined: there are none for that epoch. What is thrown fails the call, or
 * ends the batch (`isAbort`).
 */
export interface CallKeys {
  /** The private X25519 key. Who can do without it for now wants it `briefly`. */
  ephemeralKey(keyPairId: Uint8Array, epoch: Epoch, wait?: KeyWait): Uint8Array | undefined
  publicEphemeralKey(keyPairId: Uint8Array, epoch: Epoch): SignedPublicKey | undefined
}

const CUSTOM = 'oasis-runtime-sdk/keymanager: key pair id'

/** The identifier of a pair of keys. */
export function keyPairId(...parts: readonly Uint8Array[]): Uint8Array {
  return tupleHash256({ custom: CUSTOM, size: 32 }, ...parts)
}

/** The identifier of the keys of an epoch for encrypted calls, of the ParaTime of a context. */
export function callKeyPairId(callDataContext: Uint8Array, epoch: bigint): Uint8Array {
  return keyPairId(callDataContext, u64Bytes(epoch))
}

/**
 * The keys that the runtime's key manager has, for the `callKeys` of a ParaTime. There are none
 * where its descriptor names no key manager. The reference has the ParaTime itself say whether
 * there is one; here the same program does with and without. What the key manager refuses, to
 * whoever asks and for good, fails the call.
 * COMPAT(oasis-sdk): also for an epoch that it does not know: only its sentence comes from afar.
 * Where it is not heard, or not ready, the batch ends, which is more than the reference does: there
 * a node that asks in vain for some tenths of a second comes to another result than all others.
 */
export function keyManagerKeys(context: RuntimeContext): CallKeys | undefined {
  const { keys } = context
  if (keys === undefined || !hasKeyManager(context)) return undefined
  const nameOf = (id: Uint8Array, epoch: Epoch) =>
    ({ kind: 'ephemeral', keyPairId: KeyPairId.check(id), epoch }) as const
  return {
    ephemeralKey: (id, epoch, wait) =>
      given(
        () => keys.keyPair(nameOf(id, epoch), wait).inputKeypair.sk,
        ({ message }) => errors.invalidCallFormat(message),
      ),
    publicEphemeralKey: (id, epoch) =>
      given(
        () => keys.publicKey(nameOf(id, epoch)),
        (failure) => failure,
      ),
  }
}

function hasKeyManager({ consensus, runtimeId }: RuntimeContext): boolean {
  // One that is suspended is still asked.
  for (const { keys, value } of [runtimes, suspendedRuntimes]) {
    const encoded = consensus.get(keys.encode(runtimeId))
    if (encoded !== undefined) return value.decode(encoded).keyManager !== undefined
  }
  return false
}

function given<T>(ask: () => T, refused: (failure: CodedError) => CodedError): T {
  try {
    return ask()
  } catch (error) {
    // A key that is missing is fetched, and the batch is run again.
    if (!(error instanceof CodedError)) throw error
    const failure = aborts.keyManagerFailure(error.message)
    throw error.reason === KEY_MANAGER_SAID ? refused(failure) : failure
  }
}
