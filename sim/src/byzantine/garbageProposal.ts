/** Proposes blocks that nobody may accept. */

import { concatBytes } from '@wadi/base/bytes'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { encode } from '@wadi/protobuf/codec'
import { partSetOfBytes, partSetOfPieces } from '@wadi/tendermint/blocks/parts'
import { commitHash, evidenceListHash } from '@wadi/tendermint/hashing/contentHashes'
import { PART_SIZE } from '@wadi/tendermint/limits'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import { Block } from '@wadi/tendermint/types/block'
import type { Evidence } from '@wadi/tendermint/types/evidence'
import type { Behaviour, Means } from './behaviour.ts'
import { forgedEvidence } from './forgeEvidence.ts'
import { type CutBlock, cutUsually, OwnProposals } from './ownProposals.ts'

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

/** A field that nobody knows: whoever reads the block and writes it again loses it. */
const UNKNOWN_FIELD = Uint8Array.of(0x7a, 0x01, 0x00)

/** Good blocks, in parts that do not follow from what is in them. */
const ODD_CUTS: readonly ((block: Block, random: RandomSource) => CutBlock)[] = [
  (block) => {
    const bytes = concatBytes(encode(Block, block), UNKNOWN_FIELD)
    return { block, parts: partSetOfBytes(bytes) }
  },
  (block, random) => {
    const bytes = encode(Block, block)
    const at = 1 + randomBelow(random, Math.min(bytes.length, PART_SIZE) - 1)
    return { block, parts: partSetOfPieces([bytes.subarray(0, at), bytes.subarray(at)]) }
  },
]

/** See the top of this file. */
export function garbageProposal(means: Means): Behaviour {
  const { random } = means
  const spoiled = (block: Block): CutBlock => {
    const pick = randomBelow(random, SPOILS.length + ODD_CUTS.length)
    const spoil = SPOILS[pick]
    if (spoil !== undefined) return cutUsually(spoil(block, means))
    return ODD_CUTS[pick - SPOILS.length]!(block, random)
  }
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
