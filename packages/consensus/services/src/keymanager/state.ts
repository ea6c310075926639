/** What the key manager's secrets part writes. */

import type {
  Parameters,
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import * as keys from '@wadi/consensus/keymanager/keys'
import { type State, write } from '../kernel/state.ts'

/** Writes the parameters. */
export function setParameters(state: State, params: Parameters): void {
  write(state, keys.parameters, [], params)
}

/** Writes where a key manager stands. */
export function setStatus(state: State, status: Status): void {
  write(state, keys.statuses, [status.id], status)
}

/** Writes the proposal of the next master secret, instead of the last one. */
export function setMasterSecret(state: State, signed: SignedEncryptedMasterSecret): void {
  write(state, keys.masterSecrets, [signed.secret.runtimeId], signed)
}

/** Writes the ephemeral secret of the next epoch, instead of the last one. */
export function setEphemeralSecret(state: State, signed: SignedEncryptedEphemeralSecret): void {
  write(state, keys.ephemeralSecrets, [signed.secret.runtimeId], signed)
}
