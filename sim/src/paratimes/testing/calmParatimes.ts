/** A plan in which nothing goes wrong, for tests that say what does. */

import type { ParatimePlan, ParatimeShape } from '../plan/paratimePlan.ts'

const SHAPE: ParatimeShape = {
  kind: 'keyvalue',
  workers: 3,
  backupWorkers: 3,
  allowedStragglers: 0,
  roundTimeout: 3,
  flushMs: 1000,
  turnMs: 1000,
}

/** Workers that are away too often are frozen, and somebody is there to take their place. */
export const WATCHED: Partial<ParatimePlan> = {
  executors: 4,
  skewsMs: [0, 0, 0, 0],
  paratimes: [{ ...SHAPE, liveness: { percent: 60, rounds: 3 } }],
  epochBlocks: 15,
}

/** Messages come over the consensus layer, sometimes more than may wait. */
export const ADDRESSED: Partial<ParatimePlan> = {
  paratimes: [{ ...SHAPE, messages: { waitingMax: 2, feeMin: 2 } }],
  messageEveryMs: 300,
}

/** Another version begins with the second epoch, which one of four nodes does not have in time. */
export const UPGRADED: Partial<ParatimePlan> = {
  executors: 4,
  skewsMs: [0, 0, 0, 0],
  epochBlocks: 15,
  upgrade: {
    paratimes: [0],
    toldMs: 3000,
    epochs: 1,
    late: [{ node: 1, class: 'late-version', atMs: 40_000 }],
  },
}

/** Nobody keeps all rounds, and a node gets an empty disk. */
export const PRUNED: Partial<ParatimePlan> = {
  endMs: 90_000,
  stores: {
    checkpointEvery: 10,
    checkpointsKept: 2,
    subtrees: 3,
    roundsKept: [20, 20, 20],
    newDisks: [{ node: 2, atMs: 42_000 }],
  },
}

/** Three executors, a ParaTime, and a minute. */
export function calmParatimes(seed: bigint, change: Partial<ParatimePlan> = {}): ParatimePlan {
  return {
    seed,
    executors: 3,
    keyManagers: 0,
    keyLiar: undefined,
    paratimes: [SHAPE],
    byzantine: [],
    isBeyondLimit: false,
    lost: [],
    skewsMs: [0, 0, 0],
    faults: [],
    spells: [],
    upgrade: undefined,
    stores: undefined,
    healAtMs: 1000,
    endMs: 60_000,
    epochBlocks: 30,
    clients: 3,
    transactionEveryMs: 1000,
    messageEveryMs: undefined,
    callMsMax: 20,
    ...change,
  }
}
