/** What anybody may know of where runtimes stand. */

import { assert } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import { type Parameters, RoundResults, type RuntimeState } from '@wadi/consensus/roothash'
import type { Block, RoundRoots } from '@wadi/consensus/roothash/block'
import { errors } from '@wadi/consensus/roothash/errors'
import * as keys from '@wadi/consensus/roothash/keys'
import { type IncomingMessage, IncomingMessageQueueMeta } from '@wadi/consensus/roothash/messages'
import type { Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { entriesOf, type ReadableState, read, readExisting, valuesOf } from '../kernel/state.ts'

/** Roothash's parameters. */
export function parametersOf(state: ReadableState): Parameters {
  return readExisting(state, keys.parameters)
}

/** Where a runtime stands, with the parts that rules always write. */
export interface KnownRuntimeState extends RuntimeState {
  readonly runtime: Runtime
  readonly genesisBlock: Block
  readonly lastBlock: Block
}

function known(runtimeState: RuntimeState): KnownRuntimeState {
  const { runtime, genesisBlock, lastBlock } = runtimeState
  assert(runtime !== undefined, 'roothash: a runtime without a descriptor')
  assert(
    genesisBlock !== undefined && lastBlock !== undefined,
    'roothash: a runtime without blocks',
  )
  return { ...runtimeState, runtime, genesisBlock, lastBlock }
}

/** Where a runtime stands; undefined if roothash does not know it. */
export function runtimeStateOf(state: ReadableState, id: Namespace): KnownRuntimeState | undefined {
  const runtimeState = read(state, keys.runtimeStates, id)
  return runtimeState && known(runtimeState)
}

/** Where a runtime stands; one that roothash does not know is refused. */
export function knownRuntimeStateOf(state: ReadableState, id: Namespace): KnownRuntimeState {
  const runtimeState = runtimeStateOf(state, id)
  if (runtimeState === undefined) throw errors.invalidRuntime()
  return runtimeState
}

/** Where each runtime stands, also the suspended ones, in the order of their keys in the state. */
export function runtimeStatesOf(state: ReadableState): readonly KnownRuntimeState[] {
  return Array.from(valuesOf(state, keys.runtimeStates), known)
}

/** What the last normal round brought; nothing if there was none. */
export function lastRoundResultsOf(state: ReadableState, id: Namespace): RoundResults {
  return read(state, keys.lastRoundResults, id) ?? zero(RoundResults)
}

/** The root of the runtime's state after its last round, as it lies there for proofs. */
export function lastStateRootOf(state: ReadableState, id: Namespace): Hash | undefined {
  return read(state, keys.lastStateRoots, id)
}

/** The root of the inputs and outputs of the runtime's last round, as it lies there for proofs. */
export function lastIoRootOf(state: ReadableState, id: Namespace): Hash | undefined {
  return read(state, keys.lastIoRoots, id)
}

/** The roots of a round; undefined if they are not kept, or no longer. */
export function roundRootsOf(
  state: ReadableState,
  id: Namespace,
  round: bigint,
): RoundRoots | undefined {
  return read(state, keys.pastRoundRoots, id, round)
}

/** The roots of all rounds that are kept, the oldest first. */
export function pastRoundRootsOf(
  state: ReadableState,
  id: Namespace,
): readonly (readonly [round: bigint, roots: RoundRoots])[] {
  return Array.from(
    entriesOf(state, keys.pastRoundRoots, id),
    ([[, round], roots]) => [round, roots] as const,
  )
}

/** How many messages wait for the runtime, and the number of the next one. */
export function incomingQueueMetaOf(state: ReadableState, id: Namespace): IncomingMessageQueueMeta {
  return read(state, keys.incomingQueueMetas, id) ?? zero(IncomingMessageQueueMeta)
}

/** Which part of a queue is asked for. */
export interface QueueRange {
  /** The first message is not before this number. */
  readonly offset?: bigint
  /** There are not more messages than this; 0 means any number. */
  readonly limit?: number
}

/** Messages that wait for the runtime, in order. */
export function incomingMessagesOf(
  state: ReadableState,
  id: Namespace,
  { offset = 0n, limit = 0 }: QueueRange = {},
): readonly IncomingMessage[] {
  const messages: IncomingMessage[] = []
  for (const [[, number], message] of entriesOf(state, keys.incomingMessages, id)) {
    if (number < offset) continue
    messages.push(message)
    if (messages.length === limit) break
  }
  return messages
}

/** A round that is to be decided at a height. */
export interface RoundTimeout {
  readonly height: bigint
  readonly runtime: Namespace
}

/** The rounds that are to be decided at a height, or at any, in the order of their keys. */
export function roundTimeoutsOf(state: ReadableState, height?: bigint): readonly RoundTimeout[] {
  const entries =
    height === undefined
      ? entriesOf(state, keys.roundTimeouts)
      : entriesOf(state, keys.roundTimeouts, height)
  return Array.from(entries, ([[at], runtime]) => ({ height: at, runtime }))
}
