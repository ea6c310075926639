/**
 * How rounds end: counted again from what the chain accepted, by the tables of the protocol and not
 * by its code. Nothing is final that workers disagree about unless backup workers have decided; who
 * voted otherwise is bad and pays, nobody else does.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import {
  ComputeResultsHeader,
  type ExecutorCommitment,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { PENALTIES } from '../chain/paratimeGenesis.ts'
import type { EndedRound, ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

const { worker: WORKER, 'backup-worker': BACKUP } = CommitteeRole.names

function membersOf({ committee }: EndedRound['before']) {
  return (committee?.members ?? []).flatMap((member) => member ?? [])
}

/** Undefined is a failure. */
type Vote = string | undefined

/** Votes for a scheduler's proposal, by node. */
export interface Ballot {
  readonly scheduler: string
  readonly votes: ReadonlyMap<string, Vote>
  /** What the scheduler itself says. */
  readonly own: Vote
}

function voteOf({ header: { failure, header } }: ExecutorCommitment): Vote {
  return failure === FAILURES.none ? toHex(encode(ComputeResultsHeader, header)) : undefined
}

function ballotsOf(commits: readonly ExecutorCommitment[]): readonly Ballot[] {
  const byScheduler = new Map<string, Map<string, Vote>>()
  for (const commit of commits) {
    const scheduler = toHex(commit.header.schedulerId)
    const votes = byScheduler.get(scheduler) ?? new Map<string, Vote>()
    byScheduler.set(scheduler, votes)
    votes.set(toHex(commit.nodeId), voteOf(commit))
  }
  return [...byScheduler].map(([scheduler, votes]) => {
    return { scheduler, votes, own: votes.get(scheduler) }
  })
}

/** See the top of this file. */
export function createVerdicts(world: ParatimeWorld): ParatimeChecker {
  const name = 'verdicts'
  const report = ({ paratime, header }: EndedRound, why: string) =>
    world.report(name, `paratime ${paratime}, round ${header.round}: ${why}`)
  return {
    name,
    onRound(ended) {
      const { header } = ended
      if (header.headerType === HEADER_TYPES.normal) checkNormal(world, ended, report)
      else if (header.headerType === HEADER_TYPES.roundFailed) checkFailed(ended, report)
      const { staking } = ended.block
      const isNormal = header.headerType === HEADER_TYPES.normal
      if (!isNormal && ended.block.states.length === 1 && staking.some(isPenalty))
        report(ended, 'somebody pays for results of a round without any')
    },
  }
}

type Report = (ended: EndedRound, why: string) => void

function isPenalty({ escrow }: EndedRound['block']['staking'][number]): boolean {
  return escrow?.take?.amount === PENALTIES.results
}

/** The proposal that counts: of those whose schedulers have committed the one of the best rank. */
function decidedOf({ commits, header, before, discrepancies }: EndedRound): Ballot | undefined {
  const workers = membersOf(before).filter(({ role }) => role === WORKER)
  const rankOf = ({ scheduler }: Ballot) => {
    const index = workers.findIndex(({ publicKey }) => toHex(publicKey) === scheduler)
    return (header.round + BigInt(index)) % BigInt(workers.length)
  }
  const ballots = ballotsOf(commits).filter(({ own }) => own !== undefined)
  const disputed = discrepancies.at(-1)
  if (disputed !== undefined) return ballots.find((ballot) => rankOf(ballot) === disputed)
  return ballots.toSorted((a, b) => Number(rankOf(a) - rankOf(b)))[0]
}

/** The proposal that counts, if it is what has become final. */
export function winnerOf(ended: EndedRound): Ballot | undefined {
  const { header, commits } = ended
  const winner = decidedOf(ended)
  const said = commits.find(
    ({ nodeId, header: { schedulerId } }) =>
      toHex(nodeId) === winner?.scheduler && equalBytes(nodeId, schedulerId),
  )?.header.header
  const isFinal =
    said?.stateRoot !== undefined &&
    said.ioRoot !== undefined &&
    equalBytes(said.stateRoot, header.stateRoot) &&
    equalBytes(said.ioRoot, header.ioRoot)
  return isFinal ? winner : undefined
}

function checkNormal(world: ParatimeWorld, ended: EndedRound, report: Report): void {
  const { runtime } = ended.before
  const members = membersOf(ended.before)
  const ballot = winnerOf(ended)
  if (runtime === undefined || ballot?.own === undefined) {
    report(ended, 'no scheduler has committed to what is final')
    return
  }
  const { votes, own } = ballot
  const keysOf = (role: number) =>
    members.filter((member) => member.role === role).map((one) => toHex(one.publicKey))
  const [workers, backups] = [keysOf(WORKER), keysOf(BACKUP)]
  const agreeing = (keys: readonly string[]) => keys.filter((key) => votes.get(key) === own).length
  const hadDiscrepancy = ended.discrepancies.length > 0
  if (!hadDiscrepancy) {
    const spoken = workers.flatMap((key) => votes.get(key) ?? [])
    if (spoken.some((vote) => vote !== own)) report(ended, 'a discrepancy was forgotten')
    if (agreeing(workers) < workers.length - runtime.executor.allowedStragglers)
      report(ended, `only ${agreeing(workers)} of ${workers.length} workers have said so`)
  } else if (agreeing(backups) < Math.floor(backups.length / 2) + 1)
    report(ended, `only ${agreeing(backups)} of ${backups.length} backup workers have said so`)
  for (const why of whyPayersAreOthers(world, ended, { votes, own })) report(ended, why)
}

/** Who was wrong, who was right, and who pays for it. */
function* whyPayersAreOthers(
  { chain }: ParatimeWorld,
  ended: EndedRound,
  { votes, own }: Pick<Ballot, 'votes' | 'own'>,
): Generator<string> {
  const members = [...new Set(membersOf(ended.before).map((one) => toHex(one.publicKey)))]
  const { executors } = chain.genesis
  const entityOf = (key: string) =>
    toHex(executors.find(({ node }) => toHex(node.publicKey) === key)!.entity.publicKey)
  const said = members.filter((key) => votes.get(key) !== undefined)
  const bad = said.filter((key) => votes.get(key) !== own).map(entityOf)
  const good = said.filter((key) => votes.get(key) === own).map(entityOf)
  const { badComputeEntities, goodComputeEntities } = ended.results
  if (textOf(bad) !== textOf(badComputeEntities.map(toHex))) yield 'others were bad'
  if (textOf(good) !== textOf(goodComputeEntities.map(toHex))) yield 'others were good'
  const owners = ended.block.staking.flatMap((event) =>
    isPenalty(event) ? [chain.executorAt(event.escrow!.take!.owner)] : [],
  )
  const payers = executors.flatMap(({ entity }, i) => {
    const wasBad = bad.includes(toHex(entity.publicKey))
    return ended.discrepancies.length > 0 && wasBad ? [i] : []
  })
  // Other ParaTimes may end a round with the same block.
  if (payers.some((executor) => !owners.includes(executor))) yield 'who was wrong has not paid'
  if (ended.block.states.length === 1 && owners.length > payers.length)
    yield 'somebody has paid who was not wrong'
}

function textOf(keys: readonly string[]): string {
  return keys.toSorted((a, b) => (a < b ? -1 : 1)).join(' ')
}

/** A round that had a result with all that it takes does not fail. */
function checkFailed(ended: EndedRound, report: Report): void {
  const decided = decidedOf(ended)
  if (decided === undefined || ended.discrepancies.length === 0) return
  const backups = membersOf(ended.before).filter(({ role }) => role === BACKUP)
  const votes = backups.map(({ publicKey }) => decided.votes.get(toHex(publicKey)))
  const count = votes.filter((vote) => vote === decided.own).length
  if (count >= Math.floor(backups.length / 2) + 1)
    report(ended, `it failed, although ${count} of ${backups.length} backup workers agree`)
}
