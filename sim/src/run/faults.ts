/** Has go wrong what a plan says, and remembers what did. */

import { UnavailableError } from '@wadi/base/errors'
import { randomBelow } from '@wadi/base/random'
import type { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { FaultClass } from '../plan/faultClasses.ts'
import type { CrashFault, Fault, Plan } from '../plan/plan.ts'
import { randomFor } from '../plan/randomFor.ts'
import type { Skies } from '../world/skies.ts'
import type { VirtualTime } from '../world/virtualTime.ts'

/** A computer whose process comes and goes. */
export interface FaultyNode {
  readonly index: number
  readonly files: MemoryFiles
  readonly isAlive: boolean
  /** What it takes to do anything. */
  costMs: number
  /** Somebody sets its clock. */
  jump(ms: number): void
}

/** What of a plan faults go by. */
type FaultPlan = Pick<Plan, 'seed' | 'faults' | 'healAtMs' | 'lost'>

/** What faults change. */
export interface FaultScene<N extends FaultyNode> {
  readonly plan: FaultPlan
  readonly time: VirtualTime
  readonly skies: Skies
  readonly nodes: readonly N[]
  readonly begin: (node: N) => void
  readonly end: (node: N) => void
}

/** A process that ended by a failing disk is started again after at least so long. */
const RESTART_MS = 100
const NEVER = 2 ** 40
/**
 * What `MemoryFiles` does with a write that was not synced: a pick of three, of which this loses
 * it.
 */
const FATES = 3

/** See the top of this file. */
export class Faults<N extends FaultyNode> {
  readonly #scene: FaultScene<N>
  readonly #counts = new Map<FaultClass, number>()
  /** Disks that are about to fail, by node. */
  readonly #armed = new Map<number, CrashFault>()
  readonly #random

  constructor(scene: FaultScene<N>) {
    this.#scene = scene
    this.#random = randomFor(scene.plan.seed, 'disks')
  }

  /** From here on things go wrong, until they heal. */
  schedule(onHealed: () => void): void {
    const { plan, time } = this.#scene
    for (const fault of plan.faults) this.#schedule(fault)
    time.after(plan.healAtMs, () => {
      this.#heal()
      onHealed()
    })
  }

  /** Did a process end because its disk was meant to fail? Then it comes back. */
  explains(node: N, error: unknown): boolean {
    const armed = this.#armed.get(node.index)
    if (armed === undefined || !(error instanceof UnavailableError)) return false
    this.#armed.delete(node.index)
    this.count(armed.class)
    this.#leave(node, armed)
    return true
  }

  /** How often each class of faults has happened. */
  happened({
    skewsMs,
    isBeyondLimit,
  }: Pick<Plan, 'skewsMs' | 'isBeyondLimit'>): ReadonlyMap<FaultClass, number> {
    const counts = new Map(this.#counts)
    const add = (name: FaultClass) => counts.set(name, (counts.get(name) ?? 0) + 1)
    for (const ms of skewsMs) if (ms !== 0) add('clock-skew')
    if (isBeyondLimit) add('beyond-limit')
    return counts
  }

  /** It has happened. */
  count(name: FaultClass): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  #schedule(fault: Fault): void {
    const { time, skies, nodes } = this.#scene
    switch (fault.kind) {
      case 'weather':
      case 'cut':
        time.after(fault.fromMs, () => {
          skies.begin(fault)
          this.count(fault.class)
        })
        time.after(fault.toMs, () => skies.end(fault))
        break
      case 'jump':
        time.after(fault.atMs, () => {
          nodes[fault.node]!.jump(fault.ms)
          this.count('clock-jump')
        })
        break
      case 'slow':
        time.after(fault.fromMs, () => {
          nodes[fault.node]!.costMs = fault.costMs
          this.count('slow-node')
        })
        time.after(fault.toMs, () => {
          nodes[fault.node]!.costMs = 0
        })
        break
      case 'crash':
        time.after(fault.fromMs, () => this.#crash(nodes[fault.node]!, fault))
        break
    }
  }

  #crash(node: N, fault: CrashFault): void {
    if (!node.isAlive || this.#armed.has(node.index)) return
    if (fault.class === 'crash') {
      this.count('crash')
      this.#scene.end(node)
      this.#leave(node, fault)
      return
    }
    this.#armed.set(node.index, fault)
    if (fault.class === 'full-disk') node.files.limitRoom(fault.after)
    else node.files.failAfter(fault.after)
  }

  /** The process is gone: what becomes of its disk, and when it comes back. */
  #leave(node: N, fault: CrashFault): void {
    const { time, begin } = this.#scene
    const pick = (bound: number) => randomBelow(this.#random, bound)
    if (fault.class === 'torn-write') node.files.cutPower(pick)
    else if (fault.class === 'lost-write')
      node.files.cutPower((bound) => (bound === FATES ? 0 : pick(bound)))
    else node.files.kill()
    time.after(Math.max(RESTART_MS, fault.toMs - time.nowMs), () => begin(node))
  }

  #heal(): void {
    const { plan, nodes, skies, begin, end } = this.#scene
    skies.clear()
    for (const node of nodes) {
      node.costMs = 0
      if (this.#armed.delete(node.index)) {
        node.files.failAfter(NEVER)
        node.files.limitRoom(Number.MAX_SAFE_INTEGER)
      }
      if (!plan.lost.includes(node.index)) begin(node)
      else if (node.isAlive) end(node)
    }
  }
}
