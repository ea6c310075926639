/** What always holds of epochs and randomness. */

import { toHex } from '@wadi/base/bytes'
import { BACKENDS, type VrfState } from '@wadi/consensus/beacon'
import { verifyProof } from '@wadi/crypto/vrf/vrf'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import type { Violation } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import {
  areEpochsMocked,
  epochTimeOf,
  futureEpochOf,
  parametersOf,
  pendingMockEpochOf,
  vrfStateOf,
} from './queries.ts'

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  const { epoch } = epochTimeOf(state)
  if (epoch === EPOCH_INVALID) yield { invariant: 'beacon.epoch', details: 'the epoch is invalid' }
  yield* scheduleViolations(state)
  if (parametersOf(state).backend === BACKENDS.vrf) yield* vrfViolations(state)
}

/**
 * Epochs follow each other, unless tests say which one follows.
 * COMPAT(oasis-core): a test that asks for an epoch while another one is about to begin gets it,
 * even if by then it is the same or an earlier one.
 */
function* scheduleViolations(state: ReadableState): Generator<Violation> {
  if (areEpochsMocked(state)) return
  const invariant = 'beacon.schedule'
  const now = epochTimeOf(state)
  const future = futureEpochOf(state)
  const pending = pendingMockEpochOf(state)
  if (future === undefined) yield { invariant, details: 'no epoch follows' }
  else if (future.epoch <= now.epoch || future.height < now.height)
    yield { invariant, details: `epoch ${future.epoch} follows epoch ${now.epoch}` }
  if (pending !== undefined)
    yield { invariant, details: `epoch ${pending} is asked for in epoch ${now.epoch}` }
}

function* vrfViolations(state: ReadableState): Generator<Violation> {
  const invariant = 'beacon.vrf'
  const round = vrfStateOf(state)
  const { epoch } = epochTimeOf(state)
  if (round === undefined) {
    yield { invariant, details: 'there is no round of proofs' }
    return
  }
  if (round.epoch !== epoch)
    yield { invariant, details: `the round is of epoch ${round.epoch}, this is epoch ${epoch}` }
  yield* proofViolations(round)
}

function* proofViolations({ alpha, pi }: VrfState): Generator<Violation> {
  for (const [id, proof] of pi) {
    const beta = proof && verifyProof(proof.publicKey, alpha, proof.proof)
    if (beta === undefined)
      yield { invariant: 'beacon.proofs', details: `node ${toHex(id)} proves nothing` }
  }
}
