/** When a node makes secrets, and which. */

import { equalBytes } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/keymanager'
import type { Epoch } from '@wadi/primitives/epoch'
import { GENERATE_TRIES_MAX } from '../limits.ts'
import type { SecretKind, SeenEpoch } from './input.ts'
import { emit, type SecretsRun, type SecretsState } from './secretsState.ts'

/** The part of an epoch in which secrets are made, in percent. */
const GENERATE_FROM = 10n
const GENERATE_UNTIL = 50n

/**
 * The height from which on a node makes secrets in an epoch. Each node draws its own, so that they
 * do not all publish at once; and none late, because others have to take the secret in time.
 */
export function chooseHeight({ firstHeight, interval, draw }: SeenEpoch): bigint {
  const offset = (interval * GENERATE_FROM) / 100n
  const span = (interval * (GENERATE_UNTIL - GENERATE_FROM)) / 100n
  return firstHeight + offset + (span === 0n ? 0n : BigInt(draw) % span)
}

/** The generation of the next master secret: the first one is zero. */
export function nextGeneration({ checksum, generation }: Status): bigint {
  return (checksum?.length ?? 0) === 0 ? 0n : generation + 1n
}

/** From which epoch on the next master secret may be made; undefined: never. */
export function masterEpoch({ status, master }: SecretsState): Epoch | undefined {
  if (status === undefined) return undefined
  const rotation = rotationEpoch(status)
  if (rotation === undefined) return undefined
  // What was proposed has its chance first.
  const proposed = master.published?.secret.epoch ?? 0n
  return rotation < proposed ? proposed : rotation
}

function rotationEpoch(status: Status): Epoch | undefined {
  if (nextGeneration(status) === 0n) return 0n
  const interval = status.policy?.policy.masterSecretRotationInterval ?? 0n
  return interval === 0n ? undefined : status.rotationEpoch + interval - 1n
}

/** Makes secrets for the next epoch, if it is time, and nobody has. */
export function generateSecrets(run: SecretsRun, height: bigint): void {
  const { state } = run
  const { status, epoch } = state
  if (status === undefined || epoch === undefined || !state.isEnclaveUp) return
  const { nodes = [] } = status
  // The consensus layer takes secrets of members only.
  if (!nodes.some((id) => equalBytes(id, state.own))) return
  // COMPAT(oasis-core): who is alone does not wait.
  if (height < state.generateHeight && nodes.length > 1) return
  const next = epoch.number + 1n
  const from = masterEpoch(state)
  if (from !== undefined && from <= epoch.number && mayGenerate(state, 'master', next)) {
    state.master = tried(state.master)
    emit(run, { kind: 'generate-master', generation: nextGeneration(status), epoch: next })
  }
  if (mayGenerate(state, 'ephemeral', next)) {
    state.ephemeral = tried(state.ephemeral)
    emit(run, { kind: 'generate-ephemeral', epoch: next })
  }
}

function mayGenerate(state: SecretsState, what: SecretKind, epoch: Epoch): boolean {
  const { published, generateTries, isGenerating } = state[what]
  if (isGenerating || generateTries === 'done' || generateTries >= GENERATE_TRIES_MAX) return false
  return published?.secret.epoch !== epoch
}

function tried<T extends SecretsState[SecretKind]>(work: T): T {
  const { generateTries: tries } = work
  return { ...work, isGenerating: true, generateTries: tries === 'done' ? tries : tries + 1 }
}
