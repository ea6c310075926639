/** Notes what byzantine executors do when they have an occasion. */

import { equalBytes } from '@wadi/base/bytes'
import { isMember } from '@wadi/runtime-protocol/committee'
import type { DrivenChain } from '../chain/drivenChain.ts'
import type { EndedRound } from '../checkers/paratimeChecker.ts'
import type { ParatimeClass } from '../plan/paratimeClasses.ts'
import type { ByzantineExecutor, ParatimePlan } from '../plan/paratimePlan.ts'
import { OCCASIONS, type Occasion } from './occasions.ts'

export interface MisdeedCountsOptions {
  readonly plan: ParatimePlan
  readonly chain: DrivenChain
  readonly count: (name: ParatimeClass) => void
}

/** See the top of this file. */
export class MisdeedCounts {
  readonly #options: MisdeedCountsOptions

  constructor(options: MisdeedCountsOptions) {
    this.#options = options
  }

  /** A node has had an occasion. */
  had(node: number, occasion: Occasion): void {
    for (const misdeed of this.#of(node)?.misdeeds ?? [])
      if (OCCASIONS[misdeed]?.includes(occasion) === true) this.#options.count(misdeed)
  }

  /** A node has not served what it has. */
  lied(node: number): void {
    const { serves } = this.#of(node) ?? {}
    if (serves !== undefined) this.#options.count(serves)
  }

  /** Who was silent in a round. */
  ended({ before, commits }: EndedRound): void {
    const { plan, chain, count } = this.#options
    for (const { node, misdeeds } of plan.byzantine) {
      const { publicKey } = chain.genesis.executors[node]!.node
      const isIn = before.committee !== undefined && isMember(before.committee, publicKey)
      const isSilent = !commits.some(({ nodeId }) => equalBytes(nodeId, publicKey))
      if (misdeeds.includes('straggler') && isIn && isSilent) count('straggler')
    }
  }

  #of(node: number): ByzantineExecutor | undefined {
    return this.#options.plan.byzantine.find((one) => one.node === node)
  }
}
