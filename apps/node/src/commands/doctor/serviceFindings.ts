/** Why a node does not serve a runtime for which it is there. */

import type { Epoch } from '@wadi/primitives/epoch'
import { compareVersions, printVersion } from '@wadi/primitives/version'
import type { Finding } from './finding.ts'
import { LIVE_PERCENT_MIN, LIVE_ROUNDS_MIN } from './limits.ts'
import type { CommitteeFacts, LivenessFacts, RuntimeFacts, ServiceFacts } from './runtimeFacts.ts'

/** What is asked about elections beside the runtime itself. */
export interface Standing {
  readonly epoch: Epoch
  /** From which epoch on the node can be elected; 0 before its first. */
  readonly eligibleAfter: Epoch
  readonly usesProofs: boolean
}

/** Why the runtime's policy keeps the node out: that comes before it is registered. */
export function refusalFindings({ id, service }: RuntimeFacts): readonly Finding[] {
  if (service?.refusal === undefined) return []
  return [
    {
      id: 'not-admitted',
      runtime: id,
      what: `the runtime ${id} does not admit the node`,
      why: service.refusal,
      next: 'have the owner of the runtime change its admission policy, or give the node an owner that it admits',
    },
  ]
}

/** What keeps a registered node from serving a runtime; the first cause only. */
export function serviceFindings(runtime: RuntimeFacts, standing: Standing): readonly Finding[] {
  const { id, registered, service } = runtime
  if (registered === undefined || registered.isSuspended || service === undefined) return []
  const { committee } = service
  const found = placeFinding(runtime, service, standing)
  if (found !== undefined) return [{ ...found, runtime: id }]
  const { liveness } = committee ?? {}
  const low = liveness === undefined ? [] : livenessFindings(id, liveness)
  return low.map((finding) => ({ ...finding, runtime: id }))
}

function placeFinding(
  runtime: RuntimeFacts,
  service: ServiceFacts,
  standing: Standing,
): Finding | undefined {
  const { id, registered } = runtime
  const { role, versions, failures, suspendedUntil, committee } = service
  if (suspendedUntil > standing.epoch)
    return {
      id: 'left-out-of-runtime',
      what: `the node is left out of the runtime ${id} until epoch ${suspendedUntil}`,
      why: `it failed it ${failures} times lately: it took part in too few rounds, or missed too many proposals`,
      next: 'see that its program runs and that the machine and its connection keep up; each more failure doubles the time',
    }
  if (versions === undefined)
    return {
      id: 'not-registered-for-runtime',
      what: `the node is registered, but not for the runtime ${id} (${role})`,
      why: 'it was not ready for it when it registered: its program, its state or its key manager was missing',
      next: 'remove what else is told here of that runtime; the node registers anew with the next epoch',
    }
  const due = registered?.due
  if (due !== undefined && !versions.some((one) => compareVersions(one, due) === 0))
    return {
      id: 'other-version',
      what: `the node is registered for other versions of the runtime ${id}`,
      why:
        `it has ${versions.map(printVersion).join(' and ')}, ` +
        `and only ${printVersion(due)} is elected now`,
      next: 'put the bundle with that version into runtime.paths, and restart the node',
    }
  if (committee === undefined || committee.isMember) return undefined
  return committeeFinding(id, committee, standing)
}

function committeeFinding(
  id: string,
  committee: CommitteeFacts,
  { epoch, eligibleAfter, usesProofs }: Standing,
): Finding | undefined {
  const { seats, candidates, candidatesMin, siblings, maxPerEntity } = committee
  const what = `the node is not in the committee of the runtime ${id}`
  if (eligibleAfter === 0n || eligibleAfter >= epoch)
    return {
      id: 'not-in-committee-yet',
      what,
      why: 'it was registered in this epoch, and elections are at the beginnings of epochs',
      next: 'wait for the next epoch',
    }
  if (committee.lacksValidator)
    return {
      id: 'validators-only',
      what,
      why: 'it takes nodes of owners only that have a validator, and the owner of this one has none',
      next: 'have a node of the same owner elected as validator',
    }
  if (maxPerEntity !== undefined && siblings >= maxPerEntity)
    return {
      id: 'too-many-of-owner-in-committee',
      what,
      why: `${siblings} other nodes of its owner are, and not more than ${maxPerEntity} may be`,
      next: 'stop the others for good, or give this node an owner of its own',
    }
  if (seats === undefined)
    return {
      id: 'no-committee',
      what: `the runtime ${id} has no committee`,
      why: `${candidates} nodes are registered for the version that runs, and ${candidatesMin} are needed`,
      next: 'more nodes have to register for it, or its owner has to make its committee smaller',
    }
  // Who is not drawn where there are more than seats is well.
  if (candidates > seats) return undefined
  return {
    id: 'not-in-committee',
    what,
    why: 'nothing keeps it from being elected that can be seen here',
    next: usesProofs
      ? 'wait for the next epoch; its log has to say before that it has proved its randomness'
      : 'wait for the next epoch',
  }
}

const PERCENT = 100n

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function livenessFindings(id: string, liveness: LivenessFacts): readonly Finding[] {
  const { rounds, live, livePercentMin, roundsMin, missed, finalized, missedPercentMax } = liveness
  if (rounds < larger(roundsMin, LIVE_ROUNDS_MIN)) return []
  const found: Finding[] = []
  const percent = livePercentMin === 0n ? LIVE_PERCENT_MIN : livePercentMin
  const cost =
    livePercentMin === 0n
      ? 'the runtime demands no number, but others have to do its work'
      : `the runtime demands ${livePercentMin} %, and leaves out who has less at the epoch's end`
  if (live < (rounds * percent) / PERCENT)
    found.push({
      id: 'liveness-low',
      what: `the node takes part in too few rounds of the runtime ${id}`,
      why: `in this epoch it was in ${live} of ${rounds}; ${cost}`,
      next: 'see that the machine keeps up (processor, disk, clock) and that p2p.port can be reached; its log has why batches were given up',
    })
  const proposals = missed + finalized
  if (missedPercentMax > 0n && missed > (proposals * missedPercentMax) / PERCENT)
    found.push({
      id: 'proposals-missed',
      what: `the node misses its turns to propose for the runtime ${id}`,
      why: `in this epoch it missed ${missed} of ${proposals}, and may miss ${missedPercentMax} %`,
      next: 'see that the machine keeps up and that other nodes of the runtime are connected: proposals that come late count as missed',
    })
  return found
}
