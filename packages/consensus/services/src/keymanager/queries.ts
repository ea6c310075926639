/** What anybody may know of key managers and their secrets. */

import type {
  Parameters,
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import { errors } from '@wadi/consensus/keymanager/errors'
import * as keys from '@wadi/consensus/keymanager/keys'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import type { Namespace } from '@wadi/primitives/namespace'
import { type ReadableState, read, readExisting, valuesOf } from '../kernel/state.ts'
import { runtimeOf } from '../registry/queries.ts'
import { plainErrors } from './errors.ts'

/** The parameters of the secrets part. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** Where a key manager stands; undefined until its first epoch begins. */
export function statusOf(state: ReadableState, id: Namespace): Status | undefined {
  return read(state, keys.statuses, id)
}

/** Where a key manager stands; keymanager/2 until its first epoch begins. */
export function knownStatusOf(state: ReadableState, id: Namespace): Status {
  const status = statusOf(state, id)
  if (status === undefined) throw errors.noSuchStatus()
  return status
}

/** Where each key manager stands, in the order of their keys in the state. */
export function statusesOf(state: ReadableState): readonly Status[] {
  return [...valuesOf(state, keys.statuses)]
}

/** The last master secret that was proposed, whatever became of it. */
export function masterSecretOf(
  state: ReadableState,
  id: Namespace,
): SignedEncryptedMasterSecret | undefined {
  return read(state, keys.masterSecrets, id)
}

/** The last master secret that was proposed; keymanager/3 before the first one. */
export function knownMasterSecretOf(
  state: ReadableState,
  id: Namespace,
): SignedEncryptedMasterSecret {
  const secret = masterSecretOf(state, id)
  if (secret === undefined) throw errors.noSuchMasterSecret()
  return secret
}

/** The last ephemeral secret that was published. */
export function ephemeralSecretOf(
  state: ReadableState,
  id: Namespace,
): SignedEncryptedEphemeralSecret | undefined {
  return read(state, keys.ephemeralSecrets, id)
}

/** The last ephemeral secret that was published; keymanager/4 before the first one. */
export function knownEphemeralSecretOf(
  state: ReadableState,
  id: Namespace,
): SignedEncryptedEphemeralSecret {
  const secret = ephemeralSecretOf(state, id)
  if (secret === undefined) throw errors.noSuchEphemeralSecret()
  return secret
}

/** The descriptor of a key manager that runs; registry/11 if it is suspended. */
export function keyManagerOf(state: ReadableState, id: Namespace): Runtime {
  const runtime = runtimeOf(state, id)
  if (runtime === undefined) throw registryErrors.noSuchRuntime()
  if (runtime.kind !== RUNTIME_KINDS.keyManager) throw plainErrors.notKeyManager()
  return runtime
}
