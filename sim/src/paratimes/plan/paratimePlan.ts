/** What a seed decides where ParaTimes run. */

import type { Misdeed } from '@wadi/runtime-executor/byzantine/misdeeds'
import type { DiffMisdeed } from '@wadi/runtime-executor/byzantine/serveDiff'
import type { Plan, Span } from '../../plan/plan.ts'
import type {
  CheckpointMisdeed,
  KeyMisdeed,
  LateClass,
  MessageMisdeed,
  SpellClass,
} from './paratimeClasses.ts'
import type { Crowd, ParatimeTerms } from './paratimeTerms.ts'

/** How a ParaTime is set up. */
export interface ParatimeShape {
  readonly kind: 'keyvalue' | 'accounts'
  readonly workers: number
  readonly backupWorkers: number
  readonly allowedStragglers: number
  /** In blocks of the consensus layer. */
  readonly roundTimeout: number
  readonly flushMs: number
  readonly turnMs: number
  /** How reliable workers have to be, or they are frozen; nobody is asked that unless told here. */
  readonly liveness?: { readonly percent: number; readonly rounds: number }
  /** What it takes over the consensus layer; nothing unless told here. */
  readonly messages?: MessageTerms | undefined
  /** To whom it is open: to everybody unless told here. */
  readonly terms?: ParatimeTerms | undefined
}

/** On which terms a ParaTime takes messages. */
export interface MessageTerms {
  /** So many may wait. */
  readonly waitingMax: number
  /** The least fee. */
  readonly feeMin: number
}

/** An executor that does not do what it should. */
export interface ByzantineExecutor {
  readonly node: number
  readonly misdeeds: readonly Misdeed[]
  readonly serves: DiffMisdeed | undefined
  readonly takes?: MessageMisdeed | undefined
  readonly offers?: CheckpointMisdeed | undefined
}

/** Something befalls a node. */
export interface Spell extends Span {
  readonly class: SpellClass
  readonly node: number
}

/** What nodes keep of ParaTimes, and what they make of it for others. */
export interface StoreTerms {
  /** Checkpoints are so many rounds apart, and so many are kept. */
  readonly checkpointEvery: number
  readonly checkpointsKept: number
  /** Into so many parts trees are cut for it. */
  readonly subtrees: number
  /** By executor: how many rounds it keeps; undefined for all. */
  readonly roundsKept: readonly (number | undefined)[]
  readonly newDisks: readonly { readonly node: number; readonly atMs: number }[]
}

/** ParaTimes get another version, which begins with an epoch. */
export interface Upgrade {
  /** By their numbers. */
  readonly paratimes: readonly number[]
  /** When their owner says so, and so many epochs before. */
  readonly toldMs: number
  readonly epochs: number
  /** Those that do not have it in time, and when they do. */
  readonly late: readonly {
    readonly node: number
    readonly class: LateClass
    readonly atMs: number
  }[]
}

export interface ParatimePlan
  extends Pick<
    Plan,
    'seed' | 'faults' | 'lost' | 'skewsMs' | 'healAtMs' | 'endMs' | 'isBeyondLimit'
  > {
  /** Executors; each of them runs every ParaTime, though not all may be registered for it. */
  readonly executors: number
  /** Who is there beside; nobody unless told here. */
  readonly crowd?: Crowd | undefined
  /** Nodes that keep secrets; their numbers follow those of the executors. */
  readonly keyManagers: number
  /** One of them that does not do what it should: by its number among them. */
  readonly keyLiar: { readonly node: number; readonly misdeed: KeyMisdeed } | undefined
  readonly paratimes: readonly ParatimeShape[]
  readonly byzantine: readonly ByzantineExecutor[]
  readonly spells: readonly Spell[]
  readonly upgrade: Upgrade | undefined
  /** Undefined: everything is kept, and nothing is made. */
  readonly stores: StoreTerms | undefined
  readonly epochBlocks: number
  /** Of each ParaTime. */
  readonly clients: number
  /** Between transactions that clients submit to one ParaTime. */
  readonly transactionEveryMs: number
  /** Between messages that clients send over the consensus layer; undefined for none. */
  readonly messageEveryMs: number | undefined
  /** What a call of a runtime takes at most. */
  readonly callMsMax: number
}
