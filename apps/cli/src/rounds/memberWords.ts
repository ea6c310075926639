/** The members of a round's committee, and what each of them did, in words. */

import { equalBytes, toBase64, toHex } from '@wadi/base/bytes'
import { type ExecutorCommitment, FAILURES } from '@wadi/consensus/roothash/commitments'
import { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { isFailure, voteOf } from '@wadi/runtime-protocol/commitments/executorCommitment'
import { isByScheduler } from '@wadi/runtime-protocol/commitments/verifyCommitment'
import { tableLines } from '../words/lines.ts'
import type { Speaker } from '../words/sayTransaction.ts'
import { takenCommitments } from './judgeRound.ts'
import { memberOf } from './members.ts'
import type { Member, RoundFacts } from './roundFacts.ts'

const ROLES: ReadonlyMap<number, string> = new Map([
  [CommitteeRole.names.worker, 'worker'],
  [CommitteeRole.names['backup-worker'], 'backup worker'],
])
const FAILURE_WORDS: ReadonlyMap<number, string> = new Map([
  [FAILURES.unknown, 'something failed'],
  [FAILURES.stateUnavailable, 'it does not have the state'],
])
const ROOT_DIGITS = 12

/** What a commitment is beside the proposal that it is about. */
export type Stand = 'proposal' | 'same' | 'other' | 'failure' | 'alone'

/** Compares a commitment with what the scheduler itself committed to. */
export function standOf(commitment: ExecutorCommitment, { steps }: RoundFacts): Stand {
  if (isFailure(commitment)) return 'failure'
  if (isByScheduler(commitment)) return 'proposal'
  const { schedulerId } = commitment.header
  const proposal = takenCommitments(steps).find(({ nodeId }) => equalBytes(nodeId, schedulerId))
  if (proposal === undefined) return 'alone'
  return equalBytes(voteOf(proposal), voteOf(commitment)) ? 'same' : 'other'
}

/** How the story names a node. */
export function nameOf(members: readonly Member[], node: PublicKey): string {
  const member = memberOf(members, node)
  return member === undefined ? `a stranger (${toBase64(node)})` : `node ${member.number}`
}

/** The node, and what it is there for. */
export function introduced(members: readonly Member[], node: PublicKey): string {
  const member = memberOf(members, node)
  const roles = member?.roles.map((role) => ROLES.get(role)).join(' and ')
  return `${nameOf(members, node)}${roles ? `, ${roles}` : ''}`
}

/** Whose turn it was, in words. */
export function turnText(rank: bigint | undefined): string {
  if (rank === undefined) return ''
  return rank === 0n ? 'first' : `stands in, ${rank}`
}

function resultText({ header, messages }: ExecutorCommitment): string {
  const { stateRoot, ioRoot, inMsgsCount } = header.header
  const root = (bytes: Uint8Array | undefined) =>
    `${toHex(bytes ?? new Uint8Array()).slice(0, ROOT_DIGITS)}…`
  return [
    `state ${root(stateRoot)}`,
    `inputs and outputs ${root(ioRoot)}`,
    ...(messages.length > 0 ? [`messages: ${messages.length}`] : []),
    ...(inMsgsCount > 0 ? [`messages taken: ${inMsgsCount}`] : []),
  ].join(', ')
}

/** What a node committed to, in words that follow its name. */
export function committedText(commitment: ExecutorCommitment, facts: RoundFacts): string {
  const { schedulerId, failure } = commitment.header
  const of = `what ${nameOf(facts.members, schedulerId)} proposed`
  switch (standOf(commitment, facts)) {
    case 'proposal':
      return `commits to its own proposal: ${resultText(commitment)}`
    case 'same':
      return `commits to the same as ${nameOf(facts.members, schedulerId)}`
    case 'other':
      return `DISAGREES about ${of}: ${resultText(commitment)}`
    case 'alone':
      return `commits to ${of}, of which that node says nothing: ${resultText(commitment)}`
    default:
      return `has NO RESULT for ${of}: ${FAILURE_WORDS.get(failure) ?? 'something failed'}`
  }
}

const STAND_WORDS: Readonly<Record<Stand, string>> = {
  proposal: 'its own proposal',
  same: 'the same',
  other: 'ANOTHER RESULT',
  failure: 'NO RESULT',
  alone: 'a result',
}

/** What all commitments of a member were. */
function standsText(member: Member, facts: RoundFacts): string {
  const stands = takenCommitments(facts.steps)
    .filter(({ nodeId }) => equalBytes(nodeId, member.node))
    .map((commitment) => STAND_WORDS[standOf(commitment, facts)])
  return stands.length === 0 ? '-' : [...new Set(stands)].join(', ')
}

/** The committee as a table. */
export function committeeLines(facts: RoundFacts, { print }: Speaker): readonly string[] {
  const head = ['NODE', 'ROLE', 'PROPOSES', 'COMMITTED TO', 'KEY', 'ENTITY']
  const rows = facts.members.map((member) => [
    `${member.number}`,
    member.roles.map((role) => ROLES.get(role)).join(', '),
    turnText(member.rank),
    standsText(member, facts),
    toBase64(member.node),
    member.entity === undefined ? 'not registered any more' : print(stakingAddress(member.entity)),
  ])
  return tableLines(head, rows, 'Nobody was scheduled.')
}
