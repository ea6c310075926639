import { errors } from '@wadi/consensus/roothash/errors'
import * as keys from '@wadi/consensus/roothash/keys'
import type { Evidence } from '@wadi/consensus/roothash/methods'
import { verifyEvidence } from '@wadi/runtime-protocol/commitments/equivocation'
import type { Context } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { has } from '../../kernel/state.ts'
import { openRoundOf } from '../openRound.ts'
import { parametersOf } from '../queries.ts'
import { penaltyOf, slashForEquivocation } from '../slashing.ts'
import { addEvidence } from '../state.ts'

/** roothash.Evidence: shows that a node said two things about one round. */
export function evidence(ctx: Context, body: Evidence): void {
  const { state, chain } = ctx
  const signatures = { rules: chain.signatures, chainContext: chain.context }
  const { nodeId, round, evidenceHash } = verifyEvidence(signatures, body)
  if (endsCheck(ctx)) return
  const { gasCosts, maxEvidenceAge } = parametersOf(state)
  useGas(ctx, gasCosts, 'evidence')
  if (endsSimulation(ctx)) return

  const { runtime, lastBlock } = openRoundOf(state, body.id)
  if (penaltyOf(runtime, 'runtime-equivocation') === 0n) throw errors.runtimeDoesNotSlash()
  // COMPAT(oasis-core): the sum wraps around. Evidence of rounds to come is as good as any.
  const isExpired = BigInt.asUintN(64, round + maxEvidenceAge) < lastBlock.header.round
  if (isExpired) throw errors.invalidEvidence('expired')
  if (has(state, keys.evidence, runtime.id, round, evidenceHash)) throw errors.duplicateEvidence()
  // COMPAT(oasis-core): stays remembered even if there is no such node to slash.
  addEvidence(state, runtime.id, round, evidenceHash)
  slashForEquivocation(ctx, nodeId, runtime)
}
