/** The story of a round for programs. */

import { toBase64, toHex } from '@wadi/base/bytes'
import { printTime } from '@wadi/cbor/time'
import { FAILURES } from '@wadi/consensus/roothash/commitments'
import { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { Json } from '@wadi/node-config/json-output'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import type { Paratime } from '../paratimes/findParatime.ts'
import type { Speaker } from '../words/sayTransaction.ts'
import { tokensJson } from '../words/tokens.ts'
import { judgeRound, type RoundVerdict } from './judgeRound.ts'
import { memberOf } from './members.ts'
import { standOf } from './memberWords.ts'
import type { Member, RoundFacts, Step } from './roundFacts.ts'
import { messageOutcomes, messageText } from './roundMessages.ts'
import { verdictText } from './verdictText.ts'

const ROLES = new Map<number, string>(
  Object.entries(CommitteeRole.names).map(([name, id]) => [id, name]),
)
const FAILURE_NAMES = new Map<number, string>(
  Object.entries(FAILURES).map(([name, id]) => [id, name]),
)
const FINALIZED = 'finalized'

function memberJson({ number, node, entity, roles, rank }: Member): Json {
  return {
    number,
    node: toBase64(node),
    entity: entity && printAddress(stakingAddress(entity)),
    roles: roles.map((role) => ROLES.get(role)),
    rank,
  }
}

function stepJson(step: Step, facts: RoundFacts): Json {
  const { kind, height } = step
  const common = { kind, height, time: printTime(step.time) }
  if (step.kind === 'discrepancy')
    return { ...common, rank: step.discrepancy.rank, is_timeout: step.discrepancy.timeout }
  if (step.kind === 'evidence') {
    const { node, about, transaction } = step
    return { ...common, node: toBase64(node), about_round: about, transaction }
  }
  const { commitment, transaction, refusal } = step
  const { schedulerId, failure, header } = commitment.header
  return {
    ...common,
    node: toBase64(commitment.nodeId),
    scheduler: toBase64(schedulerId),
    rank: memberOf(facts.members, schedulerId)?.rank,
    stand: standOf(commitment, facts),
    failure: failure === FAILURES.none ? undefined : FAILURE_NAMES.get(failure),
    state_root: header.stateRoot && toHex(header.stateRoot),
    io_root: header.ioRoot && toHex(header.ioRoot),
    messages: commitment.messages.length,
    messages_taken: header.inMsgsCount,
    transaction,
    refused: refusal,
  }
}

function verdictJson(verdict: RoundVerdict): Json {
  const { kind, ballot } = verdict
  const common = { kind, why: 'why' in verdict ? verdict.why : undefined }
  const sentence = verdictText(verdict)
  if (ballot === undefined) return { ...common, sentence }
  const { proposer, role, tally, agreeing } = ballot
  return {
    ...common,
    proposer: toBase64(proposer.node),
    decided_by: role,
    voters: tally.memberCount,
    agreeing,
    failing: tally.failureCount,
    missing: tally.missingCount,
    sentence,
  }
}

/** See the top of this file. */
export function roundJson(facts: RoundFacts, { id, name }: Paratime, speaker: Speaker): Json {
  const { round, began, end, state, members, steps, payments, penalties } = facts
  const verdict = judgeRound(facts)
  const header = verdict.kind === FINALIZED ? end?.state.lastBlock?.header : undefined
  return {
    paratime: id,
    name,
    round,
    epoch: state.committee?.validFor,
    began: {
      height: began.height,
      time: began.time === undefined ? undefined : printTime(began.time),
    },
    ended: end && { height: end.height, time: printTime(end.time) },
    deadline: end === undefined && state.timeout > 0n ? state.timeout : undefined,
    looked_from: facts.lookedFrom,
    committee: members.map(memberJson),
    steps: steps.map((step) => stepJson(step, facts)),
    outcome: verdictJson(verdict),
    state_root: header && toHex(header.stateRoot),
    io_root: header && toHex(header.ioRoot),
    messages: messageOutcomes(facts, verdict.ballot).map(({ message, isDone, error }) => ({
      sentence: messageText(message, speaker),
      is_done: isDone,
      error,
    })),
    payments: payments.map(({ kind, height, account, amount }) => ({
      kind,
      height,
      account: printAddress(account),
      amount: tokensJson(amount, speaker.token),
    })),
    penalties: penalties.map(({ node, frozenUntil, suspended }) => ({
      node: toBase64(node),
      frozen_until: frozenUntil,
      suspended_until: suspended?.until,
      failures: suspended?.failures,
    })),
  }
}
