import { equalBlockIds } from '@wadi/tendermint/types/blockId'
import type { Vote } from '@wadi/tendermint/types/vote'

/** Votes for one thing together. */
export function groupsOf(votes: readonly Vote[]): readonly (readonly Vote[])[] {
  const groups: Vote[][] = []
  for (const vote of votes) {
    const group = groups.find(([first]) => isForSame(first!, vote))
    if (group === undefined) groups.push([vote])
    else group.push(vote)
  }
  return groups
}

function isForSame(a: Vote, b: Vote): boolean {
  const isOfOneSet = a.height === b.height && a.round === b.round && a.type === b.type
  return isOfOneSet && equalBlockIds(a.blockId, b.blockId)
}
