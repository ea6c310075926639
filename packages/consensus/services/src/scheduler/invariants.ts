/** What always holds of who is elected. */

import { toHex } from '@wadi/base/bytes'
import { type Committee, CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { epochOf } from '../beacon/queries.ts'
import type { Violation } from '../kernel/service.ts'
import type { ReadableState } from '../kernel/state.ts'
import { anyRuntimeOf } from '../registry/queries.ts'
import { committeesOf, currentValidatorsOf, hasPendingValidators } from './queries.ts'

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  yield* validatorViolations(state)
  for (const committee of committeesOf(state)) {
    const runtime = toHex(committee.runtimeId)
    for (const details of faultsOf(state, committee))
      yield { invariant: 'scheduler.committee', details: `${runtime}: ${details}` }
  }
}

function* validatorViolations(state: ReadableState): Generator<Violation> {
  const invariant = 'scheduler.validators'
  const validators = currentValidatorsOf(state)
  if (validators.length === 0) yield { invariant, details: 'nobody validates' }
  for (const [key, { votingPower }] of validators)
    if (votingPower < 1n) yield { invariant, details: `${toHex(key)} has power ${votingPower}` }
  if (hasPendingValidators(state))
    yield { invariant, details: 'an election has not taken effect at the end of its block' }
}

function* faultsOf(state: ReadableState, committee: Committee): Generator<string> {
  const members = committee.members ?? []
  const epoch = epochOf(state)
  if (committee.kind !== CommitteeKind.names.executor) yield `of kind ${committee.kind}`
  if (anyRuntimeOf(state, committee.runtimeId) === undefined) yield 'of an unknown runtime'
  if (committee.validFor > epoch) yield `for epoch ${committee.validFor} in epoch ${epoch}`
  const roles = members.map((member) => member?.role ?? CommitteeRole.names.invalid)
  const { worker, 'backup-worker': backup } = CommitteeRole.names
  if (roles[0] !== worker) yield 'no worker comes first'
  if (roles.some((role) => role !== worker && role !== backup)) yield 'a member without a role'
  if (roles.some((role, i) => i > 0 && role < roles[i - 1]!)) yield 'a worker after a backup worker'
  const seats = new Set(
    members.map((member) => member && `${member.role} ${toHex(member.publicKey)}`),
  )
  if (seats.size < members.length) yield 'a member twice in one role'
}
