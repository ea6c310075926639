import { toHex, toUtf8 } from '@wadi/base/bytes'
import { createKvstoreChain } from '../chains/kvstoreChain.ts'
import type { OpenedApplication } from '../chains/simChain.ts'
import type { Applied, World } from '../checkers/checker.ts'
import type { Plan } from '../plan/plan.ts'
import { calmPlan } from './calmPlan.ts'

/** What a test's application says of itself. */
export interface FakeState {
  violations: readonly string[]
  supply: bigint
  punished: readonly number[]
}

/** A world in which a test decides what happens. */
export class FakeWorld implements World {
  readonly plan: Plan
  readonly chain
  readonly found: string[] = []
  readonly heights: bigint[]
  readonly state: FakeState = { violations: [], supply: 10n, punished: [] }
  ms = 0

  constructor(change: Partial<Plan> = {}) {
    this.plan = calmPlan(1n, change)
    this.heights = this.plan.powers.map(() => 0n)
    this.chain = createKvstoreChain({ powers: this.plan.powers, signatures: 'stand-in' })
  }

  isHonest(node: number): boolean {
    return !this.plan.byzantine.some((one) => one.node === node)
  }

  isCore(node: number): boolean {
    return this.isHonest(node)
  }

  heightOf(node: number): bigint {
    return this.heights[node]!
  }

  nowMs(): number {
    return this.ms
  }

  openedOf(): OpenedApplication {
    const { state } = this
    return {
      violations: () => state.violations,
      supply: () => state.supply,
      punished: () => state.punished,
    } as unknown as OpenedApplication
  }

  report(checker: string): void {
    this.found.push(checker)
  }

  /** A node applies a block of a name. */
  applied(node: number, height: bigint, block = 'a', appHash = 'root'): Applied {
    this.heights[node] = height
    const blockHash = toHex(toUtf8(block))
    const opened = this.openedOf()
    return { node, height, blockHash, appHash, opened, block: {} as Applied['block'] }
  }
}
