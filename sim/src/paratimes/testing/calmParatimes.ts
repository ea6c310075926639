/** A plan in which nothing goes wrong, for tests that say what does. */

import type { ParatimePlan, ParatimeShape } from '../plan/paratimePlan.ts'
import {
  type Applicant,
  type Crowd,
  OPEN_TERMS,
  type ParatimeTerms,
  plainCrowd,
} from '../plan/paratimeTerms.ts'

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

/** Four executors, and a ParaTime that is not open to everybody. */
function closed(terms: Partial<ParatimeTerms>, crowd: Partial<Crowd>): Partial<ParatimePlan> {
  return {
    executors: 4,
    skewsMs: [0, 0, 0, 0],
    epochBlocks: 12,
    endMs: 40_000,
    paratimes: [{ ...SHAPE, terms: { ...OPEN_TERMS, ...terms } }],
    crowd: { ...plainCrowd(4), ...crowd },
  }
}

const STRANGER: Applicant = { entity: 4, stake: 500, role: 'compute', paratime: 0, atMs: 5000 }
const SECOND: Applicant = { ...STRANGER, entity: 0 }

/** Nodes of three entities may register, one of each. */
export const LISTED = closed(
  {
    admission: {
      kind: 'listed',
      entities: [0, 1, 2].map((entity) => ({ entity, maxNodes: { compute: 1, observer: 1 } })),
    },
  },
  {
    applicants: [STRANGER, SECOND, { ...SECOND, role: 'observer' }],
    outsiders: [{ node: 3, paratime: 0, atMs: 3000 }],
  },
)

/** Three entities may have one computing node each, and anybody may observe. */
export const LISTED_BY_ROLE = closed(
  {
    admission: {
      kind: 'by-role',
      lists: { compute: [0, 1, 2].map((entity) => ({ entity, maxNodes: 1 })) },
    },
  },
  {
    applicants: [STRANGER, SECOND, { ...STRANGER, entity: 6, role: 'observer' }],
    outsiders: [{ node: 3, paratime: 0, atMs: 3000 }],
  },
)

/** Anybody may compute who stakes something. */
export const STAKED = closed(
  { stakes: { compute: 1000, observer: 0 } },
  { applicants: [STRANGER, { ...STRANGER, entity: 5, role: 'observer' }] },
)

/** Workers are three executors of four, which validate, too. */
export const VALIDATING = closed(
  { worker: { ...OPEN_TERMS.worker, isValidating: true } },
  { validators: [0, 1, 3] },
)

/** No two workers are of one entity; two executors have the same. */
export const ONE_EACH = closed(
  { worker: { ...OPEN_TERMS.worker, perEntityMax: 1 } },
  { entityOf: [0, 1, 2, 2] },
)

/** Committees of three are elected where there are five to choose of, and there are four. */
export const TOO_FEW = closed({ backupWorker: { ...OPEN_TERMS.backupWorker, poolMin: 5 } }, {})

/** The ParaTime governs itself, and its owner does not see it. */
export const OWN_GOVERNED = closed(
  { governance: 'runtime' },
  {
    meddlers: [
      { who: 'owner', paratime: 0, atMs: 5000 },
      { who: 'stranger', paratime: 0, atMs: 8000 },
    ],
  },
)

/** The same, and it brings itself another version. */
export const OWN_UPGRADED: Partial<ParatimePlan> = {
  ...OWN_GOVERNED,
  endMs: 60_000,
  upgrade: { paratimes: [0], toldMs: 3000, epochs: 1, late: [] },
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
