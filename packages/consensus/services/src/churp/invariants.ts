/** What always holds of CHURP's schemes. */

import { toHex } from '@wadi/base/bytes'
import type { Status } from '@wadi/consensus/churp'
import { RUNTIME_KINDS } from '@wadi/consensus/registry/runtime'
import type { Violation } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { anyRuntimeOf } from '../registry/queries.ts'
import { accountOf, addressesOf } from '../staking/queries.ts'
import { isDisabled } from './handoff.ts'
import { allStatusesOf } from './queries.ts'
import { claimOfScheme, SCHEME_CLAIM_PREFIX } from './stakeClaims.ts'

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  const statuses = allStatusesOf(state)
  for (const status of statuses)
    for (const fault of faultsOf(state, status))
      yield { invariant: 'churp.status', details: `${claimOfScheme(status)}: ${fault}` }
  yield* claimViolations(state, new Set(statuses.map(claimOfScheme)))
}

function* faultsOf(state: ReadableState, status: Status): Generator<string> {
  const { runtimeId, applications, nextChecksum } = status
  if (anyRuntimeOf(state, runtimeId)?.kind !== RUNTIME_KINDS.keyManager)
    yield 'of an unknown key manager'
  if (applications.size > 0 && isDisabled(status)) yield 'applications for no handoff'
  const hasConfirmed = [...applications.values()].some(({ reconstructed }) => reconstructed)
  if (hasConfirmed !== (nextChecksum !== undefined))
    yield 'the next checksum is not that of a confirmation'
}

/** Stake is claimed for schemes only. COMPAT(oasis-core): not for those of the genesis document. */
function* claimViolations(state: ReadableState, known: ReadonlySet<string>): Generator<Violation> {
  for (const address of addressesOf(state))
    for (const claim of accountOf(state, address).escrow.stakeAccumulator.claims.keys())
      if (claim.startsWith(SCHEME_CLAIM_PREFIX) && !known.has(claim))
        yield { invariant: 'churp.claim', details: `${toHex(address)}: ${claim}` }
}
