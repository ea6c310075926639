/** Makes a plan of a seed, where ParaTimes run. */

import { faultsOf } from '../../plan/createPlan.ts'
import { Dice } from '../../plan/dice.ts'
import { randomFor } from '../../plan/randomFor.ts'
import { withTerms } from './drawTerms.ts'
import {
  CHECKPOINT_MISDEEDS,
  DIFF_MISDEEDS,
  KEY_MISDEEDS,
  LATE_CLASSES,
  MESSAGE_MISDEEDS,
  MISDEEDS,
  SPELL_CLASSES,
} from './paratimeClasses.ts'
import type {
  ByzantineExecutor,
  MessageTerms,
  ParatimePlan,
  ParatimeShape,
  Spell,
  StoreTerms,
  Upgrade,
} from './paratimePlan.ts'

/** What is not left to the seed. */
export interface ParatimePlanOptions {
  readonly executors?: number | undefined
  readonly byzantine?: number | undefined
  readonly minutes?: number | undefined
}

export const EXECUTORS_MIN = 3
export const EXECUTORS_MAX = 7
const EXECUTOR_COUNTS = [3, 3, 3, 3, 4, 4, 5, 5, 6, 7] as const
const CLIENTS = 3
const EPOCH_BLOCKS_MIN = 12
const PARATIME_COUNTS = [1, 1, 1, 1, 2, 2, 3] as const
const MS_PER_MINUTE = 60_000
/** Ninety seconds: forty in which everything goes wrong, and fifty to come round. */
const MINUTES = 1.5
const UNSAFE_PERCENT = 45
/** The least that a descriptor may ask for. */
const CHECKPOINT_ROUNDS = 10
/** Whoever begins with a checkpoint finds there what came after it. */
const ROUNDS_KEPT = [20, 30] as const
/** It takes a while before all others have what a node has. */
const NEW_DISK_MS = 8000
/** It leaves time to come back. */
const LATE_DISK_PART = 3
const HUNDRED = 100

/** Everything that happens under a seed. */
export function createParatimePlan(seed: bigint, options: ParatimePlanOptions = {}): ParatimePlan {
  const dice = new Dice(randomFor(seed, 'paratimes'))
  const executors = options.executors ?? dice.one(EXECUTOR_COUNTS)
  const endMs = Math.round((options.minutes ?? MINUTES) * MS_PER_MINUTE)
  const healAtMs = Math.round((endMs * UNSAFE_PERCENT) / HUNDRED)
  const paratimes = Array.from({ length: dice.one(PARATIME_COUNTS) }, () =>
    shapeOf(dice, executors),
  )
  const limit = Math.min(...paratimes.map(byzantineMax))
  const isBeyond = options.byzantine === undefined && dice.percent(6)
  const bad = options.byzantine ?? badOf(dice, limit, isBeyond)
  const nodes = dice.shuffled(Array.from({ length: executors }, (_, i) => i))
  const byzantine = nodes.slice(0, bad).map((node) => byzantineOf(dice, node))
  const honest = nodes.slice(bad)
  const isBeyondLimit = bad > limit
  const keyManagers = dice.percent(35) ? dice.one([2, 3, 3, 4]) : 0
  // Two thirds of them have to have every secret.
  const hasKeyLiar = keyManagers >= 3 && dice.percent(60)
  const keyLiar = hasKeyLiar
    ? { node: dice.below(keyManagers), misdeed: dice.one(KEY_MISDEEDS) }
    : undefined
  const all = executors + keyManagers
  const keepers = Array.from({ length: keyManagers }, (_, i) => executors + i)
  const canLose = !isBeyondLimit && bad < limit && dice.percent(30)
  const plan: ParatimePlan = {
    seed,
    executors,
    keyManagers,
    keyLiar,
    paratimes,
    byzantine,
    isBeyondLimit,
    lost: canLose ? honest.slice(0, 1) : [],
    skewsMs: Array.from({ length: all }, () =>
      dice.percent(8) ? dice.between(-90_000, 90_000) : 0,
    ),
    faults: faultsOf(dice, { honest: [...honest, ...keepers], count: all, healAtMs }),
    spells: spellsOf(dice, honest, healAtMs),
    upgrade: upgradeOf(new Dice(randomFor(seed, 'upgrade of paratimes')), {
      paratimes: paratimes.length,
      honest,
      healAtMs,
    }),
    stores: undefined,
    healAtMs,
    endMs,
    // Secrets take some epochs.
    epochBlocks: keyManagers > 0 ? EPOCH_BLOCKS_MIN : dice.one([EPOCH_BLOCKS_MIN, 20, 30]),
    clients: CLIENTS,
    transactionEveryMs: dice.between(400, 3000),
    messageEveryMs: undefined,
    callMsMax: dice.between(5, 150),
  }
  const addressed = withMessages(new Dice(randomFor(seed, 'messages to paratimes')), plan)
  const stored = withStores(new Dice(randomFor(seed, 'stores of paratimes')), addressed, honest)
  return withTerms(new Dice(randomFor(seed, 'terms of paratimes')), stored, honest)
}

interface Upgradable {
  readonly paratimes: number
  readonly honest: readonly number[]
  readonly healAtMs: number
}

/** Everybody has every version when all heals. */
function upgradeOf(dice: Dice, { paratimes, honest, healAtMs }: Upgradable): Upgrade | undefined {
  if (!dice.percent(40)) return undefined
  const numbers = Array.from({ length: paratimes }, (_, i) => i)
  const toldMs = dice.between(1000, 15_000)
  return {
    paratimes: dice.shuffled(numbers).slice(0, dice.between(1, paratimes)),
    toldMs,
    epochs: dice.between(1, 2),
    late: honest.flatMap((node) => {
      if (!dice.percent(30)) return []
      return [{ node, class: dice.one(LATE_CLASSES), atMs: dice.between(toldMs, healAtMs) }]
    }),
  }
}

/** While all goes wrong; or when all has healed, and what came first has been dropped. */
function newDiskMs(dice: Dice, healAtMs: number): number {
  const isLate = dice.percent(60)
  const sinceMs = dice.between(1000, healAtMs - NEW_DISK_MS)
  return isLate ? healAtMs + Math.round(sinceMs / LATE_DISK_PART) : sinceMs
}

/** In half of the plans nodes make checkpoints, and drop what is older than any that is kept. */
function withStores(dice: Dice, plan: ParatimePlan, honest: readonly number[]): ParatimePlan {
  if (!dice.percent(50)) return plan
  const { executors, lost, healAtMs } = plan
  const share = dice.one([50, 100])
  const staying = honest.filter((node) => !lost.includes(node))
  const stores: StoreTerms = {
    checkpointEvery: CHECKPOINT_ROUNDS,
    checkpointsKept: dice.between(1, 3),
    subtrees: dice.one([1, 4]),
    roundsKept: Array.from({ length: executors }, () => {
      return dice.percent(share) ? dice.one(ROUNDS_KEPT) : undefined
    }),
    newDisks: dice.percent(60)
      ? [{ node: dice.one(staying), atMs: newDiskMs(dice, healAtMs) }]
      : [],
  }
  const byzantine = plan.byzantine.map((one) => {
    return dice.percent(40) ? { ...one, offers: dice.one(CHECKPOINT_MISDEEDS) } : one
  })
  return { ...plan, stores, byzantine }
}

/** In two thirds of the plans messages come over the consensus layer. */
function withMessages(dice: Dice, plan: ParatimePlan): ParatimePlan {
  if (!dice.percent(65)) return plan
  return {
    ...plan,
    paratimes: plan.paratimes.map((shape) => ({ ...shape, messages: termsOf(dice, shape) })),
    byzantine: plan.byzantine.map((one) => {
      return dice.percent(40) ? { ...one, takes: dice.one(MESSAGE_MISDEEDS) } : one
    }),
    messageEveryMs: dice.between(300, 4000),
  }
}

/** COMPAT(oasis-sdk): a ParaTime of accounts takes no messages out of its queue. */
function termsOf(dice: Dice, { kind }: ParatimeShape): MessageTerms | undefined {
  if (kind === 'accounts') return undefined
  return { waitingMax: dice.one([1, 2, 4, 32]), feeMin: dice.one([0, 0, 5]) }
}

/** Backup workers are many where there can be: who lies is outvoted by more than half of them. */
function shapeOf(dice: Dice, executors: number): ParatimeShape {
  const workers = dice.between(Math.min(2, executors), executors)
  const backupWorkers = dice.percent(70) ? executors : dice.between(1, executors)
  const stragglersMax = Math.min(1, workers - 1, backupWorkers - 1)
  return {
    kind: dice.one(['keyvalue', 'accounts']),
    workers,
    backupWorkers,
    allowedStragglers: dice.percent(30) ? stragglersMax : 0,
    roundTimeout: dice.between(2, 4),
    flushMs: dice.one([500, 1000]),
    turnMs: dice.one([1000, 2000]),
  }
}

/**
 * How many executors may do anything without a wrong result, whatever committee is elected: one
 * worker who is waited for is honest, and so are more than half of the backup workers.
 */
export function byzantineMax({ workers, backupWorkers, allowedStragglers }: ParatimeShape): number {
  return Math.max(0, Math.min(workers - allowedStragglers, Math.ceil(backupWorkers / 2)) - 1)
}

function badOf(dice: Dice, limit: number, isBeyond: boolean): number {
  if (isBeyond) return limit + 1
  return limit > 0 && dice.percent(75) ? dice.between(1, limit) : 0
}

function byzantineOf(dice: Dice, node: number): ByzantineExecutor {
  return {
    node,
    misdeeds: dice.shuffled(MISDEEDS).slice(0, dice.between(1, 2)),
    serves: dice.percent(30) ? dice.one(DIFF_MISDEEDS) : undefined,
  }
}

function spellsOf(dice: Dice, honest: readonly number[], healAtMs: number): readonly Spell[] {
  const spells: Spell[] = []
  for (const name of SPELL_CLASSES) {
    if (!dice.percent(25)) continue
    for (let left = dice.between(1, 2); left > 0; left--) {
      const fromMs = dice.below(healAtMs)
      const toMs = Math.min(healAtMs, fromMs + dice.between(500, 15_000))
      spells.push({ class: name, node: dice.one(honest), fromMs, toMs })
    }
  }
  return spells
}
