/** What a recorded line holds; see the README beside the vectors. All byte strings are base64. */

/** Keys in key order, first those created or changed, then the removed ones with `null`. */
export type StateDiff = readonly (readonly [key: string, value: string | null])[]

export interface RecordedTxResult {
  readonly code?: number
  readonly codespace?: string
  readonly gas_wanted?: number
  readonly gas_used?: number
}

/** A line of `blocks.ndjson.gz`. */
export interface RecordedBlock {
  readonly height: string
  readonly block: string
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

/** The bytes of a base64 field. */
export function bytesOfBase64(text: string): Uint8Array {
  return Buffer.from(text, 'base64')
}
