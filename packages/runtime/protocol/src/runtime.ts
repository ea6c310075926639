/** A ParaTime as a value: what a guest runs for a host, and a simulator calls without frames. */

import { UnavailableError } from '@wadi/base/errors'
import type { KeyedMap } from '@wadi/cbor/collections'
import type { RoundResults } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import type { IncomingMessage, Message } from '@wadi/consensus/roothash/messages'
import type { ReadableState, State } from '@wadi/mkvs/state'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Version } from '@wadi/primitives/version'
import type { RuntimeKeys } from './enclave-rpc/keys.ts'
import type { AnswerTo, RequestKind } from './host-protocol/answers.ts'
import type { CheckTxResult } from './host-protocol/batches.ts'
import type { Body } from './host-protocol/message.ts'

/** A request of a kind, of either side. */
export interface Request<K extends RequestKind> {
  readonly kind: K
  readonly body: Extract<Body, { readonly kind: K }>['body']
}

/** Asks the host. Throws {@link MissingAnswerError} as long as the answer is not here. */
export type AskHost = <K extends RequestKind>(request: Request<K>) => AnswerTo<K>

/** What a host says once and for all. */
export interface HostInformation {
  /** Hexadecimal: which network it is. Signatures of clients are for one network. */
  readonly chainContext: string
  /** What this node's operator tells the runtime, any values. Results must not depend on it. */
  readonly localConfig: KeyedMap<string, Uint8Array>
}

/** What the functions of a runtime are told. */
export interface RuntimeContext {
  readonly runtimeId: Namespace
  /** Whoever calls a runtime of the SDK tells it. */
  readonly host?: HostInformation
  /** The block upon which they work. */
  readonly header: Header
  readonly epoch: Epoch
  readonly maxMessages: number
  /** The block of the consensus layer that finalized the round. */
  readonly consensusHeight: bigint
  /** The state of the consensus layer before that block. */
  readonly consensus: ReadableState
  readonly ask: AskHost
  /** The runtime's key manager, if whoever calls has a way to it. */
  readonly keys?: RuntimeKeys
}

/** Transactions that are executed as they are, or from which a batch is made. */
export interface Batch {
  readonly mode: 'execute' | 'schedule'
  readonly inputs: readonly Uint8Array[]
  readonly inMessages: readonly IncomingMessage[]
  readonly roundResults: RoundResults
}

/** Something by which a transaction, or the block, can be found. */
export interface RuntimeTag {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A transaction of the batch, and what came out of it. */
export interface ExecutedTransaction {
  readonly input: Uint8Array
  readonly output: Uint8Array
  readonly tags: readonly RuntimeTag[]
}

/** What came out of a batch, but for the state. */
export interface BatchOutcome {
  readonly transactions: readonly ExecutedTransaction[]
  readonly blockTags: readonly RuntimeTag[]
  readonly messages: readonly Message[]
  /** How many of the incoming messages were taken. */
  readonly inMessagesCount: number
  /** What never gets into a batch again. */
  readonly rejected: readonly Hash[]
}

/** A question that only the runtime understands. */
export interface Query {
  readonly method: string
  readonly args: Uint8Array
}

/**
 * Functions of a context and a state. Where a node of a state or an answer of the host is missing
 * they throw (`MissingNodeError`, {@link MissingAnswerError}); whoever called them gets it and
 * calls again, with the state as it was before. So they keep nothing.
 */
export interface Runtime {
  readonly version: Version
  /** With how many transactions the host begins when a batch is made. */
  readonly initialBatchSize: number
  check(
    context: RuntimeContext,
    state: ReadableState,
    inputs: readonly Uint8Array[],
  ): readonly CheckTxResult[]
  execute(context: RuntimeContext, state: State, batch: Batch): BatchOutcome
  query(context: RuntimeContext, state: ReadableState, query: Query): Uint8Array
}

/** The host has to be asked first. */
export class MissingAnswerError extends UnavailableError {
  readonly request: Body

  constructor(request: Body) {
    super('runtime.missing-answer', `runtime: no answer yet to ${request.kind}`)
    this.request = request
  }
}
