/** What the write-ahead log holds. Messages are encoded `consensus.Message`s. */
export type WalRecord =
  | { readonly kind: 'peer-message'; readonly peer: string; readonly message: Uint8Array }
  | { readonly kind: 'own-message'; readonly message: Uint8Array }
  /** What it may open of later rounds it may open again. */
  | { readonly kind: 'peer-gone'; readonly peer: string }
  | {
      readonly kind: 'timeout'
      readonly height: bigint
      readonly round: number
      /** As the wire numbers it. */
      readonly step: number
      readonly durationMs: number
    }
  | {
      readonly kind: 'round-state'
      readonly height: bigint
      readonly round: number
      readonly step: number
    }
  /** The height is decided and its block is stored. */
  | { readonly kind: 'end-height'; readonly height: bigint }

/** What the log says of a height that was not finished. */
export interface WalReplay {
  readonly records: Iterable<WalRecord>
  /**
   * False if records of this height were durable once and cannot be read: the node must not sign
   * until others have decided the height, because it may have forgotten a lock.
   */
  readonly isWhole: boolean
}

/** The log of everything that moved the round machine. */
export interface WriteAheadLog {
  /**
   * Writes a record that a crash may take. At most `WAL_RECORD_BYTES_MAX` bytes, which the longest
   * message of a peer does not reach.
   */
  append(record: WalRecord): void
  /** Makes everything durable that was appended. */
  sync(): void
  /** Notes, durably, that a height is finished; what only earlier heights need goes. */
  endHeight(height: bigint): void
  /**
   * What was logged after the end of the height before; undefined if the log does not know that
   * end: a new log, a node that synced, or damage. Whoever has signed in this height already (the
   * last signature says so) and finds no log of it must not sign before the height is decided.
   */
  replayFrom(height: bigint): WalReplay | undefined
  close(): void
}
