/** What happened in a round, block by block. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { TransactionResult } from '@wadi/consensus/consensus/api'
import { Evidence, ExecutorCommit } from '@wadi/consensus/roothash/methods'
import type { Namespace } from '@wadi/primitives/namespace'
import { BLOCKS_AT_ONCE } from '../limits.ts'
import { blockTransaction } from '../words/blockTransaction.ts'
import type { RoundDesk } from './findRound.ts'
import type { Moment, Step } from './roundFacts.ts'

/** Which round of which runtime is looked for. */
export interface Sought {
  readonly id: Namespace
  readonly round: bigint
}

/** The block of a height. */
export async function momentAt({ consensus }: RoundDesk, height: bigint): Promise<Moment> {
  const { time } = await consensus.getBlock(height)
  return { height, time }
}

type Untimed<S> = S extends unknown ? Omit<S, 'time'> : never

function readBody<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    // The network refused what cannot be read, and it says nothing of any round.
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** What one transaction did in the round. */
function stepsOf(
  { id, round }: Sought,
  bytes: Uint8Array,
  { result, height }: { readonly result: TransactionResult; readonly height: bigint },
): readonly Untimed<Step>[] {
  const { opened, hash: transaction } = blockTransaction(bytes)
  const { method, body } = opened?.transaction ?? {}
  if (body === undefined) return []
  const { module, code, message } = result.error
  const refusal = code === 0 ? undefined : message || `${module}/${code}`
  if (method === 'roothash.ExecutorCommit') {
    const { id: of, commits } = readBody(() => decode(ExecutorCommit, body)) ?? {}
    if (of === undefined || !equalBytes(of, id)) return []
    return (commits ?? [])
      .filter(({ header }) => header.header.round === round)
      .map((commitment) => ({ kind: 'commitment', height, commitment, transaction, refusal }))
  }
  if (method !== 'roothash.Evidence' || refusal !== undefined) return []
  const evidence = readBody(() => decode(Evidence, body))
  if (evidence === undefined || !equalBytes(evidence.id, id)) return []
  const { equivocationExecutor: executor, equivocationProp: proposal } = evidence
  const about = executor?.commitA.header.header.round ?? proposal?.propA.header.round
  const node = executor?.commitA.nodeId ?? proposal?.propA.nodeId
  if (about === undefined || node === undefined) return []
  return [{ kind: 'evidence', height, transaction, node, about }]
}

async function stepsAt(desk: RoundDesk, sought: Sought, height: bigint): Promise<readonly Step[]> {
  const [{ transactions, results }, events] = await Promise.all([
    desk.consensus.getTransactionsWithResults(height),
    desk.rootHash.getEvents(height),
  ])
  const ofTransactions = transactions.flatMap((bytes, i) =>
    stepsOf(sought, bytes, { result: results[i]!, height }),
  )
  const disputes = events.flatMap(({ runtimeId, executionDiscrepancy: discrepancy }) =>
    discrepancy?.round === sought.round && equalBytes(runtimeId, sought.id)
      ? [{ kind: 'discrepancy', height, discrepancy } as const]
      : [],
  )
  const all = [...ofTransactions, ...disputes]
  if (all.length === 0) return []
  const { time } = await momentAt(desk, height)
  return all.map((step) => ({ ...step, time }))
}

/** What happened at the heights from `first` to `last`. */
export async function roundSteps(
  desk: RoundDesk,
  sought: Sought,
  { first, last }: { readonly first: bigint; readonly last: bigint },
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (let low = first; low <= last; low += BigInt(BLOCKS_AT_ONCE)) {
    const heights = Array.from({ length: BLOCKS_AT_ONCE }, (_, i) => low + BigInt(i))
    const asked = heights.filter((height) => height <= last)
    steps.push(...(await Promise.all(asked.map((h) => stepsAt(desk, sought, h)))).flat())
  }
  return steps
}
