/** What a recorded line holds; see the README beside the vectors. All byte strings are base64. */

import { decode } from '@wadi/protobuf/codec'
import { Block } from '@wadi/tendermint/types/block'

/** Keys in key order, first those created or changed, then the removed ones with `null`. */
export type StateDiff = readonly (readonly [key: string, value: string | null])[]

/** An event as CometBFT has it: the values of its attributes are base64 themselves. */
export interface RecordedEvent {
  readonly type: string
  readonly attrs: readonly (readonly [key: string, value: string])[]
}

/** Zero and empty values are left out. */
export interface RecordedTxResult {
  readonly code?: number
  readonly codespace?: string
  readonly data?: string
  readonly gas_wanted?: number
  readonly gas_used?: number
  /** For people; no part of any hash. */
  readonly log?: string
  readonly events?: readonly RecordedEvent[] | null
}

/** A validator's new power. */
export interface RecordedValidatorUpdate {
  readonly pub_key: string
  readonly power?: number
}

/** A line of `blocks.ndjson.gz`. */
export interface RecordedBlock {
  readonly height: string
  readonly block_hash: string
  readonly block: string
  /** The commit of this very block, as the recording node saw it. */
  readonly seen_commit?: string
  readonly begin_events?: readonly RecordedEvent[] | null
  readonly end_events?: readonly RecordedEvent[] | null
  readonly validator_updates?: readonly RecordedValidatorUpdate[] | null
  readonly consensus_param_updates?: string
  readonly state_root: string
  readonly app_hash_in_next_header?: string
  readonly state_diff?: StateDiff | null
  readonly tx_results?: readonly RecordedTxResult[] | null
}

/** A line of `rounds.ndjson.gz`. */
export interface RecordedRound {
  readonly round: string
  readonly annotated_block_cbor: string
  readonly header_hash: string
  readonly state_root: string
  readonly io_root: string
  readonly io_tree?: StateDiff | null
  readonly state_diff?: StateDiff | null
  readonly io_missing?: boolean
  readonly state_missing?: boolean
}

/** A line of a file of calls. */
export interface RecordedCall {
  /** Service and method. */
  readonly method: string
  readonly request?: string
  /** Absent if the call failed. */
  readonly response?: string
  readonly grpc_status?: number
  readonly grpc_message?: string
  /** Module and code of a failure; absent if it has none. */
  readonly error_details?: string
}

/** The block of a line, decoded. */
export function blockOfRecord({ block }: RecordedBlock): Block {
  return decode(Block, bytesOfBase64(block))
}

/** The bytes of a base64 field. */
export function bytesOfBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}
