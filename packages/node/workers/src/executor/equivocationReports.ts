/** Which evidence is worth its fee: what somebody pays for, and what we have not told before. */

import { toHex } from '@wadi/base/bytes'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Evidence } from '@wadi/consensus/roothash/methods'
import { SlashReason } from '@wadi/consensus/staking'
import { REPORTED_MAX } from '../limits.ts'

/** See the top of this file. The consensus layer takes evidence once of a node and a round. */
export class EquivocationReports {
  readonly #reported = new Set<string>()

  /** Is it to be reported? Asked again, it is not. */
  take(
    { equivocationExecutor, equivocationProp }: Evidence,
    { staking }: Pick<Runtime, 'staking'>,
  ): boolean {
    const penalty = staking.slashing.get(SlashReason.names['runtime-equivocation'])
    const commitment = equivocationExecutor?.commitA
    const node = commitment?.nodeId ?? equivocationProp?.propA.nodeId
    const round = commitment?.header.header.round ?? equivocationProp?.propA.header.round
    if (node === undefined || (penalty?.amount ?? 0n) === 0n) return false
    const name = `${toHex(node)} ${round}`
    if (this.#reported.has(name)) return false
    const [oldest] = this.#reported
    if (this.#reported.size >= REPORTED_MAX && oldest !== undefined) this.#reported.delete(oldest)
    this.#reported.add(name)
    return true
  }
}
