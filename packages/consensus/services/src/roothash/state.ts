/** What roothash writes. Where a runtime stands goes through here, so that its roots agree. */

import type { Parameters, RoundResults } from '@wadi/consensus/roothash'
import * as keys from '@wadi/consensus/roothash/keys'
import type { IncomingMessage, IncomingMessageQueueMeta } from '@wadi/consensus/roothash/messages'
import type { Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { entriesOf, erase, mark, type State, write } from '../kernel/state.ts'
import {
  type KnownRuntimeState,
  parametersOf,
  pastRoundRootsOf,
  type RoundTimeout,
  runtimeStatesOf,
} from './queries.ts'

/** Writes the parameters. */
export function setParameters(state: State, parameters: Parameters): void {
  write(state, keys.parameters, [], parameters)
}

/**
 * Writes where a runtime stands, and the roots of its last round, with which others prove things.
 * COMPAT(oasis-core): the roots are written every time, also in the middle of a round.
 */
export function setRuntimeState(state: State, runtimeState: KnownRuntimeState): void {
  const { runtime, lastBlock } = runtimeState
  const { round, stateRoot, ioRoot } = lastBlock.header
  write(state, keys.runtimeStates, [runtime.id], runtimeState)
  write(state, keys.lastStateRoots, [runtime.id], stateRoot)
  write(state, keys.lastIoRoots, [runtime.id], ioRoot)
  const { maxPastRootsStored: countMax } = parametersOf(state)
  if (countMax === 0n) return
  if (round >= countMax) erase(state, keys.pastRoundRoots, runtime.id, round - countMax)
  write(state, keys.pastRoundRoots, [runtime.id, round], { stateRoot, ioRoot })
}

/** Drops the oldest roots of each runtime, so that there are not more than `countMax`. */
export function shrinkPastRoots(state: State, countMax: bigint): void {
  for (const { runtime } of runtimeStatesOf(state)) {
    const rounds = pastRoundRootsOf(state, runtime.id).map(([round]) => round)
    const surplus = BigInt(rounds.length) - countMax
    for (const [i, round] of rounds.entries())
      if (BigInt(i) < surplus) erase(state, keys.pastRoundRoots, runtime.id, round)
  }
}

/** Writes what a normal round brought. */
export function setLastRoundResults(state: State, id: Namespace, results: RoundResults): void {
  write(state, keys.lastRoundResults, [id], results)
}

/** Has a round decided at a height, whatever has come in until then. */
export function addRoundTimeout(state: State, { height, runtime }: RoundTimeout): void {
  write(state, keys.roundTimeouts, [height, runtime], runtime)
}

/** Takes back what {@link addRoundTimeout} did. */
export function removeRoundTimeout(state: State, { height, runtime }: RoundTimeout): void {
  erase(state, keys.roundTimeouts, height, runtime)
}

/** Remembers that evidence was seen. */
export function addEvidence(state: State, id: Namespace, round: bigint, evidence: Hash): void {
  mark(state, keys.evidence, id, round, evidence)
}

/** Forgets the evidence of rounds before `roundMin`. */
export function removeExpiredEvidence(state: State, id: Namespace, roundMin: bigint): void {
  const expired: (readonly [round: bigint, evidence: Hash])[] = []
  for (const [[, round, evidence]] of entriesOf(state, keys.evidence, id)) {
    // COMPAT(oasis-core): 26.1 as released forgets that of `roundMin` too; later commits do not.
    if (round >= roundMin) break
    expired.push([round, evidence])
  }
  for (const [round, evidence] of expired) erase(state, keys.evidence, id, round, evidence)
}

/** Writes how many messages wait for a runtime. */
export function setIncomingQueueMeta(
  state: State,
  id: Namespace,
  meta: IncomingMessageQueueMeta,
): void {
  write(state, keys.incomingQueueMetas, [id], meta)
}

/** Puts a message into a runtime's queue. */
export function addIncomingMessage(state: State, id: Namespace, message: IncomingMessage): void {
  write(state, keys.incomingMessages, [id, message.id], message)
}

/** Takes a message out of a runtime's queue. */
export function removeIncomingMessage(state: State, id: Namespace, message: bigint): void {
  erase(state, keys.incomingMessages, id, message)
}
