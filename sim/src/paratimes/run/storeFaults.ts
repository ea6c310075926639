/** What a plan says of stores: what each node keeps, and who gets an empty disk when. */

import type { VirtualTime } from '../../world/virtualTime.ts'
import type { DrivenChain } from '../chain/drivenChain.ts'
import type { ComputeNode } from '../nodes/computeNode.ts'
import type { UpkeepChoices } from '../nodes/lifeFiles.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'

export interface StoreFaultsOptions {
  readonly plan: ParatimePlan
  readonly chain: DrivenChain
  readonly time: VirtualTime
  readonly nodes: readonly ComputeNode[]
  readonly replaced: () => void
}

const CHECK_MS = 1000
const PRUNE_MS = 2000
/** What a node had on its way is in a block by then. */
const SETTLED_MS = 2500
const LOOK_MS = 500
/** So long it is waited for others to have everything; then the old disk goes on. */
const PATIENCE_MS = 15_000

/** What an executor makes of its trees, and drops. */
export function upkeepOf({ stores }: ParatimePlan, executor: number): UpkeepChoices {
  if (stores === undefined) return {}
  const rounds = stores.roundsKept[executor]
  return {
    checkpoints: { checkMs: CHECK_MS, subtrees: stores.subtrees },
    pruning: rounds === undefined ? undefined : { rounds: BigInt(rounds), intervalMs: PRUNE_MS },
  }
}

/** See the top of this file. */
export class StoreFaults {
  readonly #options: StoreFaultsOptions

  constructor(options: StoreFaultsOptions) {
    this.#options = options
  }

  schedule(): void {
    const { plan, time, nodes } = this.#options
    for (const { node: index, atMs } of plan.stores?.newDisks ?? []) {
      const node = nodes[index]!
      time.after(atMs, () => {
        node.kill()
        time.after(SETTLED_MS, () => this.#replace(node, this.#lastRounds(), PATIENCE_MS))
      })
    }
  }

  /**
   * Nobody throws a disk away that has what nobody else has: of a round with one honest worker it
   * would be the only one.
   */
  #replace(node: ComputeNode, due: readonly bigint[], leftMs: number): void {
    const { time, replaced } = this.#options
    if (node.isAlive) return
    if (this.#isElsewhere(node, due)) {
      node.replaceDisk()
      replaced()
      node.start()
    } else if (leftMs <= 0) node.start()
    else time.after(LOOK_MS, () => this.#replace(node, due, leftMs - LOOK_MS))
  }

  /** Where ParaTimes stand: what comes later is made without whoever is dead. */
  #lastRounds(): readonly bigint[] {
    const { plan, chain } = this.#options
    return plan.paratimes.map((_, i) => chain.runtime(i).lastBlock!.header.round)
  }

  /** Has a node that stays the trees of these rounds of all ParaTimes? */
  #isElsewhere(node: ComputeNode, due: readonly bigint[]): boolean {
    const { plan, nodes } = this.#options
    return nodes.some((other) => {
      if (other === node || !other.isHonest || plan.lost.includes(other.index)) return false
      return due.every((round, paratime) => {
        return (other.worker(paratime)?.store.lastRound ?? -1n) >= round
      })
    })
  }
}
