/** How long a round waits for what. */

import type { RoundStep } from './roundStep.ts'

/** What a network agrees on about time, and what a node may choose. */
export interface RoundConfig {
  readonly timeoutProposeMs: number
  readonly timeoutProposeDeltaMs: number
  readonly timeoutPrevoteMs: number
  readonly timeoutPrevoteDeltaMs: number
  readonly timeoutPrecommitMs: number
  readonly timeoutPrecommitDeltaMs: number
  /** Between a commit and the next height, for late precommits. */
  readonly timeoutCommitMs: number
  /** With all precommits the next height begins at once. */
  readonly skipTimeoutCommit: boolean
  /** Without transactions, too. */
  readonly createEmptyBlocks: boolean
  /** If it is not zero, an empty block comes after so long. */
  readonly createEmptyBlocksIntervalMs: number
}

/**
 * CometBFT's own, which oasis-core keeps but for the last four: those are in the genesis document.
 */
export const DEFAULT_ROUND_CONFIG: RoundConfig = {
  timeoutProposeMs: 3_000,
  timeoutProposeDeltaMs: 500,
  timeoutPrevoteMs: 1_000,
  timeoutPrevoteDeltaMs: 500,
  timeoutPrecommitMs: 1_000,
  timeoutPrecommitDeltaMs: 500,
  timeoutCommitMs: 1_000,
  skipTimeoutCommit: false,
  createEmptyBlocks: true,
  createEmptyBlocksIntervalMs: 0,
}

/** After so long a step is over, if the round has not gone on. */
export interface Timeout {
  readonly durationMs: number
  readonly height: bigint
  readonly round: number
  readonly step: RoundStep
}

/** How long to wait for a proposal. */
export function proposeMs(config: RoundConfig, round: number): number {
  return config.timeoutProposeMs + config.timeoutProposeDeltaMs * round
}

/** How long to wait for more prevotes once two thirds are there. */
export function prevoteMs(config: RoundConfig, round: number): number {
  return config.timeoutPrevoteMs + config.timeoutPrevoteDeltaMs * round
}

/** How long to wait for more precommits once two thirds are there. */
export function precommitMs(config: RoundConfig, round: number): number {
  return config.timeoutPrecommitMs + config.timeoutPrecommitDeltaMs * round
}

/** Does the first round of a height wait for transactions? */
export function waitsForTransactions(config: RoundConfig): boolean {
  return !config.createEmptyBlocks || config.createEmptyBlocksIntervalMs > 0
}

/**
 * Is the one timer set to `next`? Only to what is later in the order of height, round and step than
 * what it was last set to, whether or not that has elapsed.
 */
export function replacesTimeout(last: Timeout | undefined, next: Timeout): boolean {
  if (last === undefined) return true
  if (next.height !== last.height) return next.height > last.height
  if (next.round !== last.round) return next.round > last.round
  return next.step > last.step
}
