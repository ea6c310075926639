/** Evidence that somebody signed two things about one round. */

import { CodedError } from '@wadi/base/errors'
import type { Proposal } from '@wadi/consensus/roothash/commitments'
import type { Evidence } from '@wadi/consensus/roothash/methods'
import type { Namespace } from '@wadi/primitives/namespace'
import { verifyEvidence } from '@wadi/runtime-protocol/commitments/equivocation'
import { emit, type Run, trace } from './run.ts'

/** Reports what the consensus layer would take for evidence, and nothing else. */
export function reportEquivocation(run: Run, id: Namespace, what: Omit<Evidence, 'id'>): void {
  const { rules, chainContext, equivocation } = run.state.config
  if (equivocation === 'ignore') return
  const evidence: Evidence = { id, ...what }
  try {
    verifyEvidence({ rules, chainContext }, evidence)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return
  }
  emit(run, { kind: 'report-equivocation', evidence })
  trace(run, 'equivocation')
}

/** Two proposals for one turn of one scheduler. */
export function reportProposals(run: Run, propA: Proposal, propB: Proposal): void {
  const plain = (proposal: Proposal): Proposal => ({ ...proposal, batch: [], batchSig: undefined })
  reportEquivocation(run, run.state.config.runtimeId, {
    equivocationExecutor: undefined,
    equivocationProp: { propA: plain(propA), propB: plain(propB) },
  })
}
