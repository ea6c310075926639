/** Who was scheduled in a round. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { membersOf as nodesOf, schedulerRank } from '@wadi/runtime-protocol/committee'
import type { RoundDesk } from './findRound.ts'
import type { Member } from './roundFacts.ts'

async function entityOf(desk: RoundDesk, height: bigint, id: PublicKey) {
  try {
    return (await desk.registry.getNode({ height, id })).entityId
  } catch (error) {
    // It may have left since it was elected.
    if (error instanceof CodedError && error.module === 'registry') return undefined
    throw error
  }
}

/** The committee of a round, as the registry was at a height. */
export async function membersAt(
  desk: RoundDesk,
  height: bigint,
  { committee, round }: { readonly committee: Committee | undefined; readonly round: bigint },
): Promise<readonly Member[]> {
  if (committee === undefined) return []
  const nodes = nodesOf(committee)
  const keys = new Map(nodes.map(({ publicKey }) => [toHex(publicKey), publicKey])).values()
  return Promise.all(
    Array.from(keys, async (node, i) => ({
      number: i + 1,
      node,
      entity: await entityOf(desk, height, node),
      roles: nodes.filter((each) => equalBytes(each.publicKey, node)).map(({ role }) => role),
      rank: schedulerRank(committee, round, node),
    })),
  )
}

/** The member that a key is of. */
export function memberOf(members: readonly Member[], key: PublicKey): Member | undefined {
  return members.find(({ node }) => equalBytes(node, key))
}
