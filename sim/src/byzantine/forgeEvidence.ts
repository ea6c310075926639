/** Accuses honest validators of what they have not done. */

import { randomBelow } from '@wadi/base/random'
import { encode } from '@wadi/protobuf/codec'
import { type Evidence, EvidenceList } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { Behaviour, Means } from './behaviour.ts'
import { EVIDENCE } from './channels.ts'
import { signedVote } from './signing.ts'

const EVERY_MS = 4000
const HASH_SIZE = 32
const SIGNATURE_SIZE = 64
const HEIGHTS = 40

/** Two votes that the victim never cast, signed with the liar's key, or with nobody's. */
export function forgedEvidence(means: Means, height: bigint): Evidence {
  const { random, chain, accomplices } = means
  const honest = chain.validators.filter((_, i) => !accomplices.includes(i))
  const victim = honest[randomBelow(random, honest.length)]!
  const vote = (): Vote => {
    const unsigned: Omit<Vote, 'signature'> = {
      type: randomBelow(random, 2) === 0 ? 'prevote' : 'precommit',
      height: height > 0n ? height : 1n,
      round: 0,
      blockId: {
        hash: random.bytes(HASH_SIZE),
        partSetHeader: { total: 1, hash: random.bytes(HASH_SIZE) },
      },
      timestamp: chain.genesis.time,
      validatorAddress: victim.address,
      validatorIndex: randomBelow(random, chain.validators.length),
    }
    const isSigned = randomBelow(random, 2) === 0
    if (isSigned) return signedVote(means, unsigned)
    return { ...unsigned, signature: random.bytes(SIGNATURE_SIZE) }
  }
  const [first, second] = [vote(), vote()]
  const timestamp = chain.genesis.time
  const body = { voteA: first, voteB: { ...second, type: first.type } }
  return {
    kind: 'duplicate-vote',
    body: { ...body, totalVotingPower: 4n, validatorPower: 1n, timestamp },
  }
}

/** See the top of this file. */
export function forgeEvidence(means: Means): Behaviour {
  const { random, timers } = means
  const forge = () => {
    const height = BigInt(1 + randomBelow(random, HEIGHTS))
    const bytes = encode(EvidenceList, { evidence: [forgedEvidence(means, height)] })
    const peers = means.neighbours()
    const to = peers[randomBelow(random, Math.max(1, peers.length))]
    if (to !== undefined) means.send({ to, channel: EVIDENCE, bytes })
    timers.after(EVERY_MS, forge)
  }
  return { begin: () => void timers.after(EVERY_MS, forge) }
}
