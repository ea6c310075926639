/** What enclaves read of the consensus layer. */

import { decode } from '@wadi/cbor/codec'
import { currentEpoch } from '@wadi/consensus/beacon/keys'
import type {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import * as keyManagerKeys from '@wadi/consensus/keymanager/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { StateTable } from '@wadi/consensus/state/stateTable'
import type { ReadableState } from '@wadi/mkvs/state'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'

function read<In extends readonly unknown[], Out extends readonly unknown[], T>(
  state: ReadableState,
  table: StateTable<In, Out, T>,
  ...key: In
): T | undefined {
  const bytes = state.get(table.keys.encode(...key))
  return bytes && table.value.decode(bytes)
}

/** The epoch of now; zero before there is any. */
export function epochOf(state: ReadableState): Epoch {
  return read(state, currentEpoch)?.epoch ?? 0n
}

/** Where a key manager stands. */
export function statusOf(state: ReadableState, id: Namespace): Status | undefined {
  return read(state, keyManagerKeys.statuses, id)
}

/** The last master secret that was published. */
export function masterSecretOf(
  state: ReadableState,
  id: Namespace,
): SignedEncryptedMasterSecret | undefined {
  return read(state, keyManagerKeys.masterSecrets, id)
}

/** The last secret of an epoch that was published. */
export function ephemeralSecretOf(
  state: ReadableState,
  id: Namespace,
): SignedEncryptedEphemeralSecret | undefined {
  return read(state, keyManagerKeys.ephemeralSecrets, id)
}

/** A runtime, whether it is suspended or not. */
export function runtimeOf(state: ReadableState, id: Namespace): Runtime | undefined {
  const running = read(state, registryKeys.runtimes, id)
  return running ?? read(state, registryKeys.suspendedRuntimes, id)
}

/** A node. */
export function nodeOf(state: ReadableState, id: PublicKey): Node | undefined {
  const signed = read(state, registryKeys.nodes, id)
  return signed && decode(Node, signed.untrustedRawValue)
}
