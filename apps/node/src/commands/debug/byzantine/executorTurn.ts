/** When a byzantine executor has its turn, and whether that is as the command said. */

import type { RuntimeState } from '@wadi/consensus/roothash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { isWorker, schedulerRank } from '@wadi/runtime-protocol/committee'

/** COMPAT(oasis-core): the round in which it acts. */
export const BYZANTINE_ROUND = 3n

/** What is expected of its place in the committee. */
export interface ExpectedTurn {
  readonly node: PublicKey
  readonly isPrimary: boolean
}

/** Where it stands, after some block. */
export type ExecutorTurn =
  | { readonly kind: 'waiting' | 'acting' | 'over' }
  | { readonly kind: 'wrong'; readonly why: string }

/** Looks at a runtime's state. */
export function executorTurn(
  { lastBlock, committee }: Pick<RuntimeState, 'lastBlock' | 'committee'>,
  { node, isPrimary }: ExpectedTurn,
): ExecutorTurn {
  const last = lastBlock?.header.round ?? 0n
  if (last >= BYZANTINE_ROUND) return { kind: 'over' }
  if (last < BYZANTINE_ROUND - 1n || committee === undefined) return { kind: 'waiting' }
  if (!isWorker(committee, node))
    return { kind: 'wrong', why: 'the node is not among the workers of the committee' }
  const isFirst = schedulerRank(committee, BYZANTINE_ROUND, node) === 0n
  if (isFirst === isPrimary) return { kind: 'acting' }
  const why = isFirst
    ? 'the node is the primary scheduler; say so with --executor.primary_scheduler_expected'
    : 'the node is not the primary scheduler, as --executor.primary_scheduler_expected says'
  return { kind: 'wrong', why }
}
