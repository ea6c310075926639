/**
 * What a hosted runtime may ask of its node; the worker behind it says how that is answered. Each
 * is refused with an error that is told: its module, code and words go to the runtime.
 */

import type { TransactionEvent, TransactionsWithProofs } from '@wadi/consensus/consensus/api'
import type { LightBlock, Validators } from '@wadi/consensus/consensus/block'
import type { Proof } from '@wadi/mkvs/proof'
import type { GetPrefixesRequest, GetRequest, IterateRequest } from '@wadi/mkvs/syncer'
import type { Hash } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { SubmittedTransaction, TransactionRequest } from '@wadi/runtime-protocol/client/api'
import type { RegisterNotifyRequest } from '@wadi/runtime-protocol/host-protocol/notices'
import type {
  HostRpcCallRequest,
  HostRpcCallResponse,
  ProvedTransactionResponse,
  SubmitPeerFeedbackRequest,
} from '@wadi/runtime-protocol/host-protocol/services'

/** What is in memory is answered at once, everything else later. */
export type Eventually<T> = T | Promise<T>

/** Reads states from afar: each answer is a proof under the root that the request names. */
export interface StateReader {
  get(request: GetRequest, signal: AbortSignal): Eventually<Proof>
  getPrefixes(request: GetPrefixesRequest, signal: AbortSignal): Eventually<Proof>
  iterate(request: IterateRequest, signal: AbortSignal): Eventually<Proof>
}

/** Light blocks and the validators of heights; zero is the last height where there is a block. */
export interface LightChain {
  lightBlock(height: bigint, signal: AbortSignal): Eventually<LightBlock>
  validators(height: bigint, signal: AbortSignal): Eventually<Validators>
}

/** The services of the consensus layer whose events a runtime may ask for. */
export type EventService = 'staking' | 'registry' | 'roothash' | 'governance'

/** The consensus layer as this node has it. */
export interface ConsensusChain extends LightChain {
  readonly state: StateReader
  events(
    height: bigint,
    service: EventService,
    signal: AbortSignal,
  ): Eventually<readonly TransactionEvent[]>
  transactions(height: bigint, signal: AbortSignal): Eventually<TransactionsWithProofs>
  genesisHeight(): Eventually<bigint>
}

/** Small things that a runtime keeps on this node. Empty keys are refused. */
export interface LocalStorage {
  get(key: Uint8Array): Eventually<Uint8Array | undefined>
  set(key: Uint8Array, value: Uint8Array): Eventually<void>
}

/** Calls the key manager's enclaves on other nodes. */
export interface EnclaveCaller {
  /** A request without a number has its feedback about the call before with it. */
  call(request: HostRpcCallRequest, signal: AbortSignal): Eventually<HostRpcCallResponse>
  submitFeedback(feedback: SubmitPeerFeedbackRequest): void
}

/** Who the node is, and what only it can sign. */
export interface NodeIdentity {
  readonly nodeId: PublicKey
  /** Has a transaction with these 32 bytes put into a block of the consensus layer. */
  proveFreshness(blob: Uint8Array, signal: AbortSignal): Eventually<ProvedTransactionResponse>
}

/** Everything that a runtime may ask for. What is left out is refused as not supported. */
export interface RuntimeServices {
  readonly consensus: ConsensusChain
  /** Who else has light blocks that this node does not have. */
  readonly lightProvider?: LightChain | undefined
  /** The states of the runtime. A key manager has none. */
  readonly runtimeState?: StateReader | undefined
  readonly localStorage: LocalStorage
  readonly keyManager?: EnclaveCaller | undefined
  /** The transactions after the one of that hash in the order of scheduling, at most so many. */
  readonly fetchBatch?:
    | ((after: Hash | undefined, limit: number) => readonly Uint8Array[])
    | undefined
  readonly identity: NodeIdentity
}

/** What a component beside the runtime on the chain may ask for in addition. */
export interface OffChainServices {
  /** Calls the enclave of the runtime on the chain. */
  callOnChain?: ((request: Uint8Array, signal: AbortSignal) => Eventually<Uint8Array>) | undefined
  /** Waits until the transaction is in a block, or only hands it on. */
  submit(
    request: TransactionRequest,
    how: 'wait' | 'hand-on',
    signal: AbortSignal,
  ): Eventually<SubmittedTransaction>
  registerNotify(request: RegisterNotifyRequest): void
}
