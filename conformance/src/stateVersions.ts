/** The versions of a state, as a recorded chain changed it. */

import type { RecordedBlock, RecordedRound, StateDiff } from './records.ts'
import { readNdjson } from './vectors.ts'

/** A version, and how it differs from the one before. */
export interface StateVersion {
  readonly version: bigint
  readonly state_diff: StateDiff | null
}

/** Those of the consensus layer, block by block. */
export function* blockVersions(chain: string): Generator<StateVersion> {
  for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`))
    yield { version: BigInt(block.height), state_diff: block.state_diff ?? null }
}

/** Those of the chain's runtime, round by round. */
export function* roundVersions(chain: string): Generator<StateVersion> {
  for (const round of readNdjson<RecordedRound>(`chains/${chain}/rounds.ndjson.gz`))
    yield { version: BigInt(round.round), state_diff: round.state_diff ?? null }
}
