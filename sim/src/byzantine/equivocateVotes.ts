/** Votes for two things in one step: to some this, to others that, or both to everybody. */

import { equalBytes } from '@wadi/base/bytes'
import { randomBelow } from '@wadi/base/random'
import { decode, encode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Vote, VoteType } from '@wadi/tendermint/types/vote'
import type { Behaviour, Means, Sent } from './behaviour.ts'
import { VOTES } from './channels.ts'
import { signedVote } from './signing.ts'

const HASH_SIZE = 32
const PLACES_MAX = 64

type Mood = 'honest' | 'split' | 'both'
const MOODS: readonly Mood[] = ['honest', 'honest', 'split', 'both']

interface Choice {
  readonly mood: Mood
  readonly other: BlockId | undefined
}

/** See the top of this file. */
export function equivocateVotes(means: Means, type: VoteType): Behaviour {
  const { random, chain, own } = means
  const { address } = chain.validators[own]!
  const choices = new Map<string, Choice>()

  const choiceFor = (vote: Vote): Choice => {
    const place = `${vote.height} ${vote.round}`
    const known = choices.get(place)
    if (known !== undefined) return known
    if (choices.size >= PLACES_MAX) choices.clear()
    const made: Choice = {
      mood: MOODS[randomBelow(random, MOODS.length)]!,
      other: otherBlock(vote.blockId),
    }
    choices.set(place, made)
    return made
  }

  /** Nil in place of a block, or a block that nobody has ever seen. */
  const otherBlock = (blockId: BlockId | undefined): BlockId | undefined => {
    if (blockId !== undefined && randomBelow(random, 2) === 0) return undefined
    const hash = random.bytes(HASH_SIZE)
    return { hash, partSetHeader: { total: 1, hash: random.bytes(HASH_SIZE) } }
  }

  return {
    outgoing(sent: Sent) {
      if (sent.channel !== VOTES) return undefined
      const said = decode(ConsensusMessage, sent.bytes)
      if (said.kind !== 'vote') return undefined
      const { vote } = said.body
      if (vote.type !== type || !equalBytes(vote.validatorAddress, address)) return undefined
      const { mood, other } = choiceFor(vote)
      if (mood === 'honest') return undefined
      const lie = signedVote(means, { ...vote, blockId: other })
      const bytes = encode(ConsensusMessage, { kind: 'vote', body: { vote: lie } })
      if (mood === 'both') return [sent, { ...sent, bytes }]
      return sent.to % 2 === 0 ? undefined : [{ ...sent, bytes }]
    },
  }
}
