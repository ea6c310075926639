/** What can go wrong where ParaTimes run, by the names that the histogram counts. */

import type { Misdeed } from '@wadi/runtime-executor/byzantine/misdeeds'
import type { DiffMisdeed } from '@wadi/runtime-executor/byzantine/serveDiff'
import { MACHINE_CLASSES } from '../../plan/faultClasses.ts'

/** What a byzantine executor does in rounds. */
export const MISDEEDS = [
  'wrong-result',
  'wrong-io',
  'straggler',
  'failure',
  'runaway',
  'withheld-batch',
  'invalid-batch-hash',
  'equivocation',
] as const satisfies readonly Misdeed[]

/** How a byzantine node serves trees. */
export const DIFF_MISDEEDS = ['fail-read', 'corrupt-diff'] as const satisfies readonly DiffMisdeed[]

/** How a byzantine node serves checkpoints: with a wrong byte, or of a tree that nobody has. */
export const CHECKPOINT_MISDEEDS = ['corrupt-chunk', 'false-checkpoint'] as const
export type CheckpointMisdeed = (typeof CHECKPOINT_MISDEEDS)[number]

/** What becomes of stores. */
export const STORE_CLASSES = [
  /** A node drops rounds. */
  'pruning',
  /** A node gives others a piece of a checkpoint. */
  'checkpoint',
  /** A node gets an empty disk; what it has signed is all that is left. */
  'new-disk',
] as const

/** What a byzantine executor does with messages for its ParaTimes: it leaves the last one out. */
export const MESSAGE_MISDEEDS = ['fewer-messages'] as const
export type MessageMisdeed = (typeof MESSAGE_MISDEEDS)[number]

/** What befalls messages that come over the consensus layer. */
export const MESSAGE_CLASSES = [
  /** A round takes some. */
  'incoming-messages',
  /** One is refused: too many wait, it pays too little, or the ParaTime takes none. */
  'refused-message',
] as const

/** How a node comes too late to an upgrade. */
export const LATE_CLASSES = [
  /** It registers for the next version when it has it, after others. */
  'late-version',
  /** It registers with the others, and has nothing to run until later. */
  'promised-version',
] as const
export type LateClass = (typeof LATE_CLASSES)[number]

/** What comes of upgrades. */
export const UPGRADE_CLASSES = [
  /** A round has a result of the next version. */
  'upgrade',
  /** There was no committee for a ParaTime. */
  'suspension',
] as const

/** What a byzantine key manager does: it publishes other secrets than it says, or is silent. */
export const KEY_MISDEEDS = ['false-secret', 'silent-keys'] as const
export type KeyMisdeed = (typeof KEY_MISDEEDS)[number]

/** What befalls a node for a while. */
export const SPELL_CLASSES = [
  /** It hears of the consensus layer's blocks late, all at once. */
  'late-blocks',
  /** The mempool takes nothing of it. */
  'full-mempool',
  /** What it publishes does not fit into its network's queue. */
  'full-queue',
] as const
export type SpellClass = (typeof SPELL_CLASSES)[number]

/** To whom ParaTimes are open. */
export const TERM_CLASSES = [
  /** There is one list of entities for all roles. */
  'listed',
  /** There is one for each role. */
  'listed-by-role',
  /** An executor is on none of those of a ParaTime. */
  'outsider',
  /** A role is elected of validators, of some nodes of each entity, or of enough nodes. */
  'pool-rules',
  /** Nodes stake something for the ParaTime. */
  'node-stake',
  /** Two executors have the same entity. */
  'shared-entity',
  'runtime-governed',
] as const

/** What becomes of those who come and ask. */
export const CROWD_CLASSES = [
  /** A node is not let in; or an observer is. */
  'refused-node',
  'new-observer',
  /** Somebody may not change a descriptor. */
  'refused-change',
  /** A ParaTime has changed its own. */
  'own-change',
] as const

export const PARATIME_CLASSES = [
  ...MACHINE_CLASSES,
  ...SPELL_CLASSES,
  ...MISDEEDS,
  ...DIFF_MISDEEDS,
  ...CHECKPOINT_MISDEEDS,
  ...STORE_CLASSES,
  ...MESSAGE_MISDEEDS,
  ...MESSAGE_CLASSES,
  ...LATE_CLASSES,
  ...UPGRADE_CLASSES,
  ...TERM_CLASSES,
  ...CROWD_CLASSES,
  'key-managers',
  ...KEY_MISDEEDS,
  'discrepancy',
  'failed-round',
  'slashing',
  'beyond-limit',
] as const
export type ParatimeClass = (typeof PARATIME_CLASSES)[number]
