/**
 * What the tables of the protocol say of a round that is over, and which of them what the chain has
 * written breaks. Nothing is final that workers disagree about unless backup workers have decided;
 * who voted otherwise is bad and pays, who was right is paid, nobody else is either.
 */

import { toHex } from '@wadi/base/bytes'
import type { LivenessStatistics } from '@wadi/consensus/roothash'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  type Ballot,
  endingOf,
  keysOf,
  majorityOf,
  membersOf,
  rankOf,
  type WrittenRound,
  winnerOf,
} from './writtenRound.ts'

/** Whose a node is; undefined for one that nobody knows. */
export type EntityOf = (node: PublicKey) => PublicKey | undefined

/** Who was right and who was wrong in a round with a result, in the order of the committee. */
export interface Sides {
  readonly good: readonly PublicKey[]
  readonly bad: readonly PublicKey[]
}

/** See {@link Sides}. Who failed, or has said nothing, is on neither. */
export function sidesOf(round: WrittenRound, entityOf: EntityOf, winner = winnerOf(round)): Sides {
  const [good, bad]: [PublicKey[], PublicKey[]] = [[], []]
  const seen = new Set<string>()
  for (const { publicKey } of membersOf(round.before)) {
    const key = toHex(publicKey)
    const vote = winner?.votes.get(key)
    const entity = entityOf(publicKey)
    if (vote === undefined || entity === undefined || seen.has(key)) continue
    seen.add(key)
    if (vote === winner?.own) good.push(entity)
    else bad.push(entity)
  }
  return { good, bad }
}

/** What of the tables does not hold for a round. */
export function* brokenTables(round: WrittenRound, entityOf: EntityOf): Generator<string> {
  const isNormal = round.header.headerType === HEADER_TYPES.normal
  const winner = isNormal ? winnerOf(round) : undefined
  if (isNormal) yield* brokenByNormal(round, entityOf, winner)
  // A round that had a result with all that it takes does not fail.
  else if (endingOf(round) === 'finalized')
    yield 'it failed, although more than half of the backup workers agree with its scheduler'
  yield* brokenStatistics(round, winner)
}

function* brokenByNormal(
  round: WrittenRound,
  entityOf: EntityOf,
  winner: Ballot | undefined,
): Generator<string> {
  const { before, results } = round
  if (before.runtime === undefined || winner?.own === undefined) {
    yield 'no scheduler has committed to what is final'
    return
  }
  yield* brokenMajority(round, winner, before.runtime.executor.allowedStragglers)
  const { good, bad } = sidesOf(round, entityOf, winner)
  if (textOf(bad) !== textOf(results.badComputeEntities)) yield 'others were bad'
  if (textOf(good) !== textOf(results.goodComputeEntities)) yield 'others were good'
}

function* brokenMajority(
  { before, discrepancies }: WrittenRound,
  { votes, own }: Ballot,
  allowedStragglers: number,
): Generator<string> {
  const [workers, backups] = [keysOf(before, 'worker'), keysOf(before, 'backup-worker')]
  const agreeing = (keys: readonly string[]) => keys.filter((key) => votes.get(key) === own).length
  if (discrepancies.length > 0) {
    if (agreeing(backups) < majorityOf(backups.length))
      yield `only ${agreeing(backups)} of ${backups.length} backup workers have said so`
    return
  }
  const spoken = workers.flatMap((key) => votes.get(key) ?? [])
  if (spoken.some((vote) => vote !== own)) yield 'a discrepancy was forgotten'
  if (agreeing(workers) < workers.length - allowedStragglers)
    yield `only ${agreeing(workers)} of ${workers.length} workers have said so`
}

function textOf(keys: readonly PublicKey[]): string {
  return keys.map(toHex).join(' ')
}

/** How reliable members are: who has said the same in time, and whose proposals were missed. */
function* brokenStatistics(round: WrittenRound, winner: Ballot | undefined): Generator<string> {
  const expected = statisticsAfter(round, winner)
  const found = round.after.livenessStats
  if (expected === undefined) return
  for (const name of ['goodRounds', 'finalizedProposals', 'missedProposals'] as const)
    if (`${expected[name]}` !== `${found?.[name]}`)
      yield `${name} are ${found?.[name]}, and not ${expected[name]}`
  if (expected.totalRounds !== found?.totalRounds)
    yield `rounds are ${found?.totalRounds}, and not ${expected.totalRounds}`
}

/** Undefined where nothing is counted. */
function statisticsAfter(
  round: WrittenRound,
  winner: Ballot | undefined,
): LivenessStatistics | undefined {
  const { before, header } = round
  const { headerType } = header
  const isNormal = headerType === HEADER_TYPES.normal
  if (!isNormal && headerType !== HEADER_TYPES.roundFailed) return undefined
  const members = membersOf(before)
  const zeros = members.map(() => 0n)
  const known = before.livenessStats
  const goodRounds = [...(known?.goodRounds ?? zeros)]
  const finalizedProposals = [...(known?.finalizedProposals ?? zeros)]
  const missedProposals = [...(known?.missedProposals ?? zeros)]
  const primary = keysOf(before, 'worker').findIndex((key) => rankOf(round, key) === 0n)
  const isPrimarys = winner !== undefined && rankOf(round, winner.scheduler) === 0n
  const proposals = isPrimarys ? finalizedProposals : missedProposals
  proposals[primary] = (proposals[primary] ?? 0n) + 1n
  const keys = members.map(({ publicKey }) => toHex(publicKey))
  for (const [index, key] of keys.entries()) {
    const isFirst = keys.indexOf(key) === index
    const vote = winner?.votes.get(key)
    if (isFirst && vote !== undefined && vote === winner?.own)
      goodRounds[index] = (goodRounds[index] ?? 0n) + 1n
  }
  const totalRounds = (known?.totalRounds ?? 0n) + (isNormal ? 1n : 0n)
  return { totalRounds, goodRounds, finalizedProposals, missedProposals }
}
