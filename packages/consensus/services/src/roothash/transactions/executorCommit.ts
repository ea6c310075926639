import type { CommitmentPool, ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import type { ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { addVerifiedExecutorCommitment } from '@wadi/runtime-protocol/commitments/addCommitment'
import {
  type CommitmentView,
  verifyExecutorCommitment,
} from '@wadi/runtime-protocol/commitments/verifyCommitment'
import { type Context, inSubTransaction } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { nodeOf } from '../../registry/queries.ts'
import { tell } from '../events.ts'
import { type OpenRound, openRoundOf } from '../openRound.ts'
import { noteCommitments } from '../pendingRuntimes.ts'
import { parametersOf } from '../queries.ts'
import { estimateMessages } from '../runtimeMessages.ts'
import { setRuntimeState } from '../state.ts'
import { withTimeout, workersTimeout } from '../timeouts.ts'

/** roothash.ExecutorCommit: nodes say what came out of a runtime's round. */
export function executorCommit(ctx: Context, { id, commits = [] }: ExecutorCommit): void {
  if (endsCheck(ctx)) return
  useGas(ctx, parametersOf(ctx.state).gasCosts, 'compute_commit')
  if (commits.length === 0) return

  const round = openRoundOf(ctx.state, id)
  const commitmentPool = collected(ctx, round, commits)
  if (endsSimulation(ctx)) return

  inSubTransaction(ctx, (inner) => {
    const isRankNew = commitmentPool.highestRank !== round.commitmentPool.highestRank
    const timeout = isRankNew ? workersTimeout(inner, round) : round.timeout
    setRuntimeState(inner.state, withTimeout(inner, { ...round, commitmentPool }, timeout))
    for (const commit of commits) tell(inner, id, 'executor_commit', { commit })
  })
  noteCommitments(ctx, id)
}

/** The pool with all commitments in it; one that may not go in refuses them all. */
function collected(
  ctx: Context,
  round: OpenRound,
  commits: readonly ExecutorCommitment[],
): CommitmentPool {
  const { runtime, committee, lastBlock } = round
  const view: CommitmentView = {
    rules: ctx.chain.signatures,
    chainContext: ctx.chain.context,
    runtime,
    lastHeader: lastBlock.header,
    epoch: committee.validFor,
    findNode: (nodeId) => nodeOf(ctx.state, nodeId),
    checkMessages: (messages) => estimateMessages(ctx, runtime.id, messages),
  }
  let pool = round.commitmentPool
  for (const commit of commits)
    pool = addVerifiedExecutorCommitment(pool, committee, verifyExecutorCommitment(view, commit))
  return pool
}
