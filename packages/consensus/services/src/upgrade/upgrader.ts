/** The upgrader of a node: a machine over plain data, which the node's shell keeps on its disk. */

import { assert, BugError, UnavailableError } from '@wadi/base/errors'
import {
  type PendingUpgrade,
  UPGRADE_STAGES,
  type UpgradeDescriptor,
} from '@wadi/consensus/upgrade'
import { errors } from '@wadi/consensus/upgrade/errors'
import { PROTOCOL_VERSIONS, type ProtocolVersions } from '@wadi/primitives/version'
import type { Context } from '../kernel/context.ts'
import { StopForUpgrade, type UpgradeMoment, type Upgrader } from '../kernel/upgrader.ts'
import { isCompatible, isSameUpgrade } from './descriptors.ts'
import type { UpgradeHandler } from './handler.ts'
import { handlers as knownHandlers } from './handlers.ts'

/** The version of what is kept of an upgrade. */
const PENDING_VERSION = 1
/** The height of an upgrade whose epoch has not come. */
const NO_HEIGHT = 0n

/** What an upgrader begins with. */
export interface UpgraderOptions {
  /** What was kept when the node stopped. */
  readonly pending?: readonly PendingUpgrade[]
  readonly handlers?: ReadonlyMap<string, UpgradeHandler>
  /** What this program speaks. */
  readonly versions?: ProtocolVersions
  /**
   * Whether a node that has to restart for an upgrade waits for it. Who replays what nodes did
   * afterwards is one that did restart.
   */
  readonly restarts?: 'awaited' | 'assumed'
  /** Is given what is to be kept, whenever it may have changed. */
  readonly keep?: (pending: readonly PendingUpgrade[]) => void
}

type Entry = { -readonly [K in keyof PendingUpgrade]: PendingUpgrade[K] }

/**
 * The upgrader of a node that begins to run. An upgrade whose epoch came before is one that this
 * program must be able to do, and what it needs before the node runs is done here.
 */
export function createUpgrader(options: UpgraderOptions = {}): Upgrader {
  return new NodeUpgrader(options)
}

class NodeUpgrader implements Upgrader {
  readonly #handlers: ReadonlyMap<string, UpgradeHandler>
  readonly #versions: ProtocolVersions
  readonly #restarts: 'awaited' | 'assumed'
  readonly #keep: (pending: readonly PendingUpgrade[]) => void
  #entries: Entry[]
  /** Once the node has to stop it does not go on, however often it is asked. */
  #mustStop = false

  constructor(options: UpgraderOptions) {
    const { pending = [], handlers, versions, restarts, keep } = options
    this.#handlers = handlers ?? knownHandlers
    this.#versions = versions ?? PROTOCOL_VERSIONS
    this.#restarts = restarts ?? 'awaited'
    this.#keep = keep ?? (() => undefined)
    this.#entries = pending.map((entry) => ({ ...entry }))
    for (const entry of this.#entries) this.#start(entry)
    this.#flush()
  }

  get pending(): readonly PendingUpgrade[] {
    return this.#entries.map((entry) => ({ ...entry }))
  }

  submitDescriptor(descriptor: UpgradeDescriptor): void {
    if (this.#find(descriptor) !== undefined) throw errors.alreadyPending()
    this.#entries.push({
      v: PENDING_VERSION,
      descriptor,
      upgradeHeight: NO_HEIGHT,
      lastCompletedStage: 0n,
    })
    this.#flush()
  }

  cancelUpgrade(descriptor: UpgradeDescriptor): void {
    const entry = this.#find(descriptor)
    if (entry !== undefined && (hasBegun(entry) || entry.lastCompletedStage > 0n))
      throw errors.upgradeInProgress()
    this.#entries = this.#entries.filter((other) => other !== entry)
    this.#flush()
  }

  upgradeOf(descriptor: UpgradeDescriptor): PendingUpgrade | undefined {
    const entry = this.#find(descriptor)
    return entry && { ...entry }
  }

  hasPendingUpgradeAt(height: bigint): boolean {
    assert(height !== NO_HEIGHT, 'upgrade: invalid upgrade height')
    return this.#entries.some((entry) => !isCompleted(entry) && entry.upgradeHeight === height)
  }

  consensusUpgrade(ctx: Context | undefined, moment: UpgradeMoment): void {
    if (this.#mustStop) throw stop()
    // Those that are done leave the list while it is walked.
    for (const entry of [...this.#entries]) this.#advance(entry, ctx, moment)
    this.#flush()
  }

  #advance(entry: Entry, ctx: Context | undefined, { epoch, lastHeight }: UpgradeMoment): void {
    if (!hasBegun(entry)) {
      if (epoch < entry.descriptor.epoch) return
      this.#begin(entry, lastHeight)
    }
    if (entry.upgradeHeight < lastHeight) {
      completeStage(entry, UPGRADE_STAGES.consensus)
      return
    }
    assert(entry.upgradeHeight === lastHeight, 'upgrade: its height is yet to come')
    if (ctx === undefined || isCompleted(entry)) return
    const handler = this.#handlers.get(entry.descriptor.handler)
    assert(handler !== undefined, 'upgrade: begun without a handler')
    run(handler, ctx)
  }

  /** The epoch of an upgrade has come. */
  #begin(entry: Entry, height: bigint): void {
    entry.upgradeHeight = height
    this.#flush()
    this.#mustStop = !this.#canGoOn(entry.descriptor)
    if (this.#mustStop) throw stop(entry.descriptor)
    completeStage(entry, UPGRADE_STAGES.startup)
  }

  #canGoOn(descriptor: UpgradeDescriptor): boolean {
    const handler = this.#ableHandler(descriptor)
    return handler !== undefined && (!handler.needsRestart || this.#restarts === 'assumed')
  }

  /** The handler of an upgrade after which this program can go on. */
  #ableHandler(descriptor: UpgradeDescriptor): UpgradeHandler | undefined {
    if (!isCompatible(descriptor, this.#versions)) return undefined
    return this.#handlers.get(descriptor.handler)
  }

  /** What is done for an upgrade before the node runs. */
  #start(entry: Entry): void {
    if (!hasBegun(entry) || isCompleted(entry)) return
    if (this.#ableHandler(entry.descriptor) === undefined)
      throw new UnavailableError(
        'upgrade.wrongProgram',
        `upgrade: another program is needed for ${entry.descriptor.handler}`,
      )
    if (entry.lastCompletedStage < UPGRADE_STAGES.startup)
      completeStage(entry, UPGRADE_STAGES.startup)
  }

  #find(descriptor: UpgradeDescriptor): Entry | undefined {
    return this.#entries.find((entry) => isSameUpgrade(entry.descriptor, descriptor))
  }

  /** Forgets what is done, and has the rest kept. */
  #flush(): void {
    this.#entries = this.#entries.filter((entry) => !isCompleted(entry))
    this.#keep(this.pending)
  }
}

function stop(descriptor?: UpgradeDescriptor): StopForUpgrade {
  const what = descriptor === undefined ? '' : `: ${descriptor.handler}`
  return new StopForUpgrade(`reached the epoch of an upgrade${what}`)
}

function hasBegun({ upgradeHeight }: PendingUpgrade): boolean {
  return upgradeHeight !== NO_HEIGHT
}

function isCompleted({ lastCompletedStage }: PendingUpgrade): boolean {
  return lastCompletedStage >= UPGRADE_STAGES.consensus
}

function completeStage(entry: Entry, stage: bigint): void {
  assert(entry.lastCompletedStage + 1n === stage, 'upgrade: a stage was left out')
  entry.lastCompletedStage = stage
}

function run(handler: UpgradeHandler, ctx: Context): void {
  if (ctx.mode === 'beginBlock') handler.beginBlock?.(ctx)
  else if (ctx.mode === 'endBlock') handler.endBlock?.(ctx)
  else throw new BugError(`upgrade: a handler does nothing in ${ctx.mode}`)
}
