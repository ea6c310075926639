/** What came of a round, in one sentence. */

import type { Ballot, RoundVerdict } from './judgeRound.ts'

const nodeText = ({ proposer }: Ballot) => `node ${proposer.number}`

function votersText({ role, tally, agreeing }: Ballot, verb: readonly [string, string]): string {
  const { memberCount } = tally
  const who = role === 'worker' ? 'worker' : 'backup worker'
  const [one, several] = verb
  if (memberCount === 1 && agreeing === 1) return `the only ${who} ${one}`
  const count = memberCount === agreeing ? `all ${agreeing}` : `${agreeing} of ${memberCount}`
  return `${count} ${who}s ${agreeing === 1 ? one : several}`
}

function finalizedText(ballot: Ballot | undefined): string {
  if (ballot === undefined) return 'Finalized; the blocks with what was committed are gone'
  const name = nodeText(ballot)
  if (ballot.role === 'worker')
    return `Finalized: ${votersText(ballot, ['has', 'have'])} the result that ${name} proposed`
  const voters = votersText(ballot, ['confirms', 'confirm'])
  return `Finalized after a discrepancy: ${voters} what ${name} proposed`
}

function failedText(verdict: Extract<RoundVerdict, { kind: 'failed' }>): string {
  const { why, ballot } = verdict
  if (ballot === undefined) return 'Failed: nobody proposed in time'
  const most = `more than half of the ${ballot.tally.memberCount} backup workers`
  const name = nodeText(ballot)
  switch (why) {
    case 'insufficientVotes':
      return `Failed after a discrepancy: no result has the votes of ${most}`
    case 'badSchedulerCommitment':
      return `Failed after a discrepancy: ${most} have another result than ${name} proposed`
    default:
      return `Failed: what ${name} proposed deals with messages that did not come`
  }
}

function openText({ ballot, isServed }: Extract<RoundVerdict, { kind: 'open' }>): string {
  if (!isServed) return 'Nobody is elected: nothing happens before an epoch brings a committee'
  if (ballot === undefined) return 'Goes on: nobody has proposed yet'
  const voters = votersText(ballot, ['has', 'have'])
  return `Goes on: ${voters} the result that ${nodeText(ballot)} proposed`
}

function withoutResult(why: string, { ballot }: Pick<RoundVerdict, 'ballot'>): string {
  const lost = ballot === undefined ? '' : `; what ${nodeText(ballot)} proposed is lost`
  return `Without a result: ${why}${lost}`
}

/** See the top of this file. */
export function verdictText(verdict: RoundVerdict): string {
  switch (verdict.kind) {
    case 'open':
      return openText(verdict)
    case 'epoch':
      return withoutResult('an epoch began, and with it another committee', verdict)
    case 'suspended':
      return withoutResult(
        'the ParaTime is suspended, as nobody can be elected or nobody pays for it',
        verdict,
      )
    case 'finalized':
      return finalizedText(verdict.ballot)
    default:
      return failedText(verdict)
  }
}
