import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { DEFAULT_ROUND_CONFIG, type RoundConfig } from '@wadi/tendermint/round/timeouts'

const NANOSECONDS_PER_MS = 1_000_000n

/** How long rounds take: after a block as the network has agreed, otherwise as the reference's. */
export function roundConfigOf({ consensus }: GenesisDocument): RoundConfig {
  const { timeoutCommit, skipTimeoutCommit, emptyBlockInterval } = consensus.params
  return {
    ...DEFAULT_ROUND_CONFIG,
    timeoutCommitMs: Number(timeoutCommit / NANOSECONDS_PER_MS),
    skipTimeoutCommit,
    createEmptyBlocks: true,
    createEmptyBlocksIntervalMs: Number(emptyBlockInterval / NANOSECONDS_PER_MS),
  }
}
