/** The story of a round for people. */

import { equalBytes } from '@wadi/base/bytes'
import { printTime } from '@wadi/cbor/time'
import { type Address, runtimeAddress, stakingAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import { type Paratime, paratimeText } from '../paratimes/findParatime.ts'
import { factLines, tableLines } from '../words/lines.ts'
import type { Speaker } from '../words/sayTransaction.ts'
import { tokensText } from '../words/tokens.ts'
import { judgeRound, type RoundVerdict, takenCommitments } from './judgeRound.ts'
import { committedText, committeeLines, introduced, nameOf } from './memberWords.ts'
import type { Payment, Penalty, RoundFacts, Step } from './roundFacts.ts'
import { messageOutcomes, messageText } from './roundMessages.ts'
import { verdictText } from './verdictText.ts'

/** The workers who have not committed to what is in dispute. */
function missingText({ members, steps }: RoundFacts, disputed: Step): string {
  const before = takenCommitments(steps.slice(0, steps.indexOf(disputed)))
  const missing = members.filter(
    ({ rank, node }) =>
      rank !== undefined && !before.some(({ nodeId }) => equalBytes(nodeId, node)),
  )
  return missing.map(({ number }) => `node ${number}`).join(', ') || 'votes'
}

function stepText(step: Step, facts: RoundFacts): string {
  switch (step.kind) {
    case 'commitment': {
      const { commitment, refusal } = step
      const who = introduced(facts.members, commitment.nodeId)
      const what = `${who}, ${committedText(commitment, facts)}`
      return refusal === undefined ? what : `${what}; the network refuses that: ${refusal}`
    }
    case 'evidence':
      return [
        `somebody proves that ${nameOf(facts.members, step.node)}`,
        `said two things in round ${step.about}`,
      ].join(' ')
    default:
      return step.discrepancy.timeout
        ? `DISCREPANCY: time is up without ${missingText(facts, step)}; the backup workers decide`
        : 'DISCREPANCY: the workers do not have the same result; the backup workers decide'
  }
}

const END_WORDS: Readonly<Record<RoundVerdict['kind'], string>> = {
  open: 'it goes on',
  epoch: 'the round ends, as an epoch begins',
  suspended: 'the round ends, as the ParaTime is suspended',
  finalized: 'the round is finalized',
  failed: 'the round fails',
}

/** `2026-11-22T10:00:03Z` without its date. */
const clockOf = (time: bigint) => printTime(time).slice(11, 19)

function stepLines(facts: RoundFacts, verdict: RoundVerdict): readonly string[] {
  const rows = facts.steps.map((step) => [
    `${step.height}`,
    clockOf(step.time),
    stepText(step, facts),
  ])
  const { end } = facts
  if (end !== undefined) rows.push([`${end.height}`, clockOf(end.time), END_WORDS[verdict.kind]])
  return tableLines(['BLOCK', 'TIME', 'WHAT HAPPENED'], rows, 'Nothing has happened yet.')
}

const SLASH_REASONS: Readonly<Record<RoundVerdict['kind'], string>> = {
  finalized: 'its result was wrong',
  failed: 'it said two things',
  open: 'it said two things',
  epoch: 'it was away too often',
  suspended: 'it was away too often',
}

function accountText(account: Address, id: Namespace, { print }: Speaker): string {
  return equalBytes(account, runtimeAddress(id)) ? 'the ParaTime itself' : print(account)
}

function paymentLine(
  { kind, account, amount, height }: Payment,
  { facts, verdict, id, speaker }: Telling,
): string {
  const who = accountText(account, id, speaker)
  const much = tokensText(amount, speaker.token)
  if (kind === 'rewarded') return `${who} gets ${much} of it.`
  const theirs = facts.members.filter(
    ({ entity }) => entity !== undefined && equalBytes(stakingAddress(entity), account),
  )
  const nodes = theirs.map(({ number }) => `node ${number}`).join(' and ')
  const isByEvidence = facts.steps.some((s) => s.kind === 'evidence' && s.height === height)
  const why = isByEvidence ? SLASH_REASONS.open : SLASH_REASONS[verdict.kind]
  return `${who}, who has ${nodes}, loses ${much} of its stake: ${why}.`
}

function penaltyLines({ node, frozenUntil, suspended }: Penalty, { facts }: Telling) {
  const name = `N${nameOf(facts.members, node).slice(1)}`
  const forever = 0xffff_ffff_ffff_ffffn
  const until = (epoch: bigint) => (epoch === forever ? 'for ever' : `until epoch ${epoch}`)
  return [
    ...(frozenUntil === undefined
      ? []
      : [`${name} is frozen: nothing elects it ${until(frozenUntil)}.`]),
    ...(suspended === undefined
      ? []
      : [
          `${name} is not elected for this ParaTime ${until(suspended.until)}: it was away too often${again(suspended.failures)}.`,
        ]),
  ]
}

const again = (failures: number) => (failures === 1 ? '' : `, in ${failures} epochs so far`)

interface Telling {
  readonly facts: RoundFacts
  readonly verdict: RoundVerdict
  readonly id: Namespace
  readonly speaker: Speaker
}

function messageLines({ facts, verdict, speaker }: Telling): readonly string[] {
  return messageOutcomes(facts, verdict.ballot).map(({ message, isDone, error }) => {
    const outcome = isDone === undefined ? 'waits' : isDone ? 'done' : `failed: ${error}`
    return `The ParaTime ${messageText(message, speaker)}: ${outcome}.`
  })
}

function consequenceLines(telling: Telling): readonly string[] {
  const { payments, penalties } = telling.facts
  const lines = [
    ...messageLines(telling),
    ...payments.map((each) => paymentLine(each, telling)),
    ...penalties.flatMap((each) => penaltyLines(each, telling)),
  ]
  return lines.length === 0 ? ['Nobody was slashed, frozen or paid.'] : lines
}

/** See the top of this file. */
export function tellRound(
  facts: RoundFacts,
  paratime: Paratime,
  speaker: Speaker,
): readonly string[] {
  const verdict = judgeRound(facts)
  const { round, began, end, state, lookedFrom } = facts
  const telling = { facts, verdict, id: paratime.runtime.id, speaker }
  const at = (height: bigint, time: bigint | undefined) =>
    `block ${height}${time === undefined ? '' : `, ${printTime(time)}`}`
  return [
    `Round ${round} of the ParaTime ${paratimeText(paratime)}.`,
    `${verdictText(verdict)}.`,
    '',
    ...factLines([
      ['Began', at(began.height, began.time)],
      ['Ended', end && at(end.height, end.time)],
      [
        'Time is up',
        end === undefined && state.timeout > 0n ? `block ${state.timeout}` : undefined,
      ],
      ['Epoch', state.committee?.validFor],
      ['Not looked at', lookedFrom && `blocks before ${lookedFrom}`],
    ]),
    '',
    ...committeeLines(facts, speaker),
    '',
    ...stepLines(facts, verdict),
    ...(end === undefined ? [] : ['', ...consequenceLines(telling)]),
  ]
}
