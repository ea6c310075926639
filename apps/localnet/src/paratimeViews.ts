/** What the ParaTimes of a network look like at a moment: as its consensus layer knows them. */

import { toHex } from '@wadi/base/bytes'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { schedulerIndex } from '@wadi/runtime-protocol/committee'
import type { NetworkNode } from './createNetwork.ts'
import { ANSWER_MS_MAX } from './limits.ts'

/** What became of a round. */
export type RoundOutcome = 'normal' | 'failed' | 'epoch' | 'suspended' | 'none'

/** See the top of this file. */
export interface ParatimeView {
  readonly name: string
  readonly id: string
  readonly round: bigint
  readonly unixMs: number
  readonly outcome: RoundOutcome
  /** The names of the nodes that execute, whose turn it is to propose first. */
  readonly workers: readonly string[]
  /** Who decides where they disagree. */
  readonly backups: readonly string[]
}

const SOON = { timeoutMs: ANSWER_MS_MAX }
const MS_PER_SECOND = 1_000n
const OUTCOMES: ReadonlyMap<number, RoundOutcome> = new Map([
  [HEADER_TYPES.normal, 'normal'],
  [HEADER_TYPES.roundFailed, 'failed'],
  [HEADER_TYPES.epochTransition, 'epoch'],
  [HEADER_TYPES.suspended, 'suspended'],
])

/** Which are looked at, and when. */
export interface ParatimeLook {
  readonly paratimes: readonly KnownParatime[]
  /** 0 for the last block. */
  readonly height: bigint
  /** Knows the nodes by their keys in hexadecimal. */
  readonly nameOf: (id: string) => string
}

/** Looks at each of them. */
export function lookAtParatimes(
  node: NetworkNode,
  look: ParatimeLook,
): Promise<readonly ParatimeView[]> {
  return Promise.all(look.paratimes.map((paratime) => lookAtParatime(node, paratime, look)))
}

async function lookAtParatime(
  { client }: NetworkNode,
  { name, id: runtimeId }: KnownParatime,
  { height, nameOf }: ParatimeLook,
): Promise<ParatimeView> {
  const state = await client.rootHash.getRuntimeState({ runtimeId, height }, SOON)
  const header = state.lastBlock?.header
  const round = header?.round ?? 0n
  const { committee } = state
  const members = (committee?.members ?? []).flatMap((member) => member ?? [])
  const nameAt = (index: number) => {
    const member = members[index]
    return member === undefined ? [] : [nameOf(toHex(member.publicKey))]
  }
  const { worker, 'backup-worker': backup } = CommitteeRole.names
  const ranks = members.filter(({ role }) => role === worker).map((_, rank) => BigInt(rank))
  return {
    name,
    id: toHex(runtimeId),
    round,
    unixMs: Number((header?.timestamp ?? 0n) * MS_PER_SECOND),
    outcome: OUTCOMES.get(header?.headerType ?? 0) ?? 'none',
    workers: ranks.flatMap((rank) => {
      const index = committee && schedulerIndex(committee, round + 1n, rank)
      return index === undefined ? [] : nameAt(index)
    }),
    backups: members.flatMap(({ role }, i) => (role === backup ? nameAt(i) : [])),
  }
}
