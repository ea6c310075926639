/** How far a round is: the numbers of the wire, in the order in which a round goes through them. */
export const RoundStep = {
  /** Waits until a moment after the last commit, for late precommits. */
  newHeight: 1,
  /** A round has begun; without transactions it may wait here. */
  newRound: 2,
  propose: 3,
  prevote: 4,
  /** More than two thirds prevoted, but not for one thing. */
  prevoteWait: 5,
  precommit: 6,
  /** Only the name of a timeout: the reference never enters this step. */
  precommitWait: 7,
  /** More than two thirds precommitted one block. */
  commit: 8,
} as const
export type RoundStep = (typeof RoundStep)[keyof typeof RoundStep]
