/** Proposes blocks that nobody may accept. */

import { randomBelow } from '@wadi/base/random'
import { commitHash, evidenceListHash } from '@wadi/tendermint/hashing/contentHashes'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import type { Block } from '@wadi/tendermint/types/block'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { Behaviour, Means } from './behaviour.ts'
import { forgedEvidence } from './forgeEvidence.ts'
import { OwnProposals } from './ownProposals.ts'

const HASH_SIZE = 32
const TRANSACTION_SIZE_MAX = 300

type Spoil = (block: Block, means: Means) => Block

const withHeader = (block: Block, header: Partial<Block['header']>): Block => ({
  ...block,
  header: { ...block.header, ...header },
})

const withEvidence = (block: Block, evidence: readonly Evidence[]): Block => ({
  ...withHeader(block, { evidenceHash: evidenceListHash(evidence) }),
  evidence,
})

/** Each breaks one rule, and keeps as many others as it can. */
const SPOILS: readonly Spoil[] = [
  (block, { random }) => withHeader(block, { appHash: random.bytes(HASH_SIZE) }),
  (block, { random }) => withHeader(block, { validatorsHash: random.bytes(HASH_SIZE) }),
  (block, { random }) => withHeader(block, { lastResultsHash: random.bytes(HASH_SIZE) }),
  (block) => withHeader(block, { height: block.header.height + 1n }),
  (block) => {
    const { seconds, nanoseconds } = block.header.time
    return withHeader(block, { time: { seconds: seconds + 3600n, nanoseconds } })
  },
  (block, { random }) => {
    const garbage = random.bytes(randomBelow(random, TRANSACTION_SIZE_MAX))
    const transactions = [garbage, ...block.transactions]
    return { ...withHeader(block, { dataHash: dataHashOf(transactions) }), transactions }
  },
  (block) => {
    const transactions = [...block.transactions, ...block.transactions]
    return { ...withHeader(block, { dataHash: dataHashOf(transactions) }), transactions }
  },
  (block) => {
    if (block.lastCommit === undefined) return withHeader(block, { height: 0n })
    const signatures = block.lastCommit.signatures.map(() => ({ flag: 'absent' as const }))
    const lastCommit = { ...block.lastCommit, signatures }
    return { ...withHeader(block, { lastCommitHash: commitHash(lastCommit) }), lastCommit }
  },
  (block, means) => withEvidence(block, [forgedEvidence(means, block.header.height - 1n)]),
]

/** See the top of this file. */
export function garbageProposal(means: Means): Behaviour {
  const { random } = means
  const spoiled = (block: Block) => SPOILS[randomBelow(random, SPOILS.length)]!(block, means)
  const moods = new Map<string, boolean>()
  const proposals = new OwnProposals(means, {
    replace: spoiled,
    isFor(_peer, { height, round }) {
      const place = `${height} ${round}`
      const isBad = moods.get(place) ?? randomBelow(random, 2) === 0
      moods.set(place, isBad)
      return isBad
    },
  })
  return { outgoing: (sent) => proposals.outgoing(sent) }
}
