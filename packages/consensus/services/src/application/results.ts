/** What the application answers to CometBFT. */

import type { Gas } from '@wadi/primitives/transaction'
import type { BlockEvent } from '../kernel/events.ts'
import type { ValidatorUpdate } from '../kernel/service.ts'

/** What became of a transaction. */
export interface TxResult {
  /** Zero if it succeeded; else together with the module it says what was wrong. */
  readonly code: number
  readonly codespace: string
  /** In CBOR; undefined if it failed. */
  readonly data: Uint8Array | undefined
  /** For people; not hashed. */
  readonly log: string
  readonly gasWanted: bigint
  readonly gasUsed: bigint
  readonly events: readonly BlockEvent[]
}

const I64_MAX = (1n << 63n) - 1n

function signed(gas: Gas): bigint {
  return gas > I64_MAX ? BigInt.asIntN(64, gas) : gas
}

/** COMPAT(cometbft): gas has a sign in results, so a limit of 2^63 and more is told as negative. */
export function toldGas({
  limit,
  used,
}: {
  readonly limit: Gas
  readonly used: Gas
}): Pick<TxResult, 'gasWanted' | 'gasUsed'> {
  return { gasWanted: signed(limit), gasUsed: signed(used) }
}

/** What became of a transaction that was only checked. */
export interface CheckResult extends Omit<TxResult, 'data' | 'events'> {
  /** The higher, the sooner it goes into a block. */
  readonly priority: bigint
}

/** What the end of a block told and changed. */
export interface EndBlockResult {
  readonly events: readonly BlockEvent[]
  readonly validatorUpdates: readonly ValidatorUpdate[]
}
