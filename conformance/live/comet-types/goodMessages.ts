/** Messages of a small chain with which everything is right. */

import { encode } from '@wadi/protobuf/codec'
import { compareVotedBlocks } from '@wadi/tendermint/basic/checkEvidence'
import { partSetOf } from '@wadi/tendermint/blocks/parts'
import {
  type AddedBlock,
  addBlock,
  beginChain,
  type SignedChain,
  testTime,
} from '@wadi/tendermint/testing/signedChain'
import { Block } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { Evidence } from '@wadi/tendermint/types/evidence'
import { Header } from '@wadi/tendermint/types/header'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { Part } from '@wadi/tendermint/types/part'
import { Proposal } from '@wadi/tendermint/types/proposal'
import { Vote } from '@wadi/tendermint/types/vote'

const POWERS = [40n, 30n, 20n, 10n]

/** Blocks of a chain, and the chain before each. */
export function goodBlocks(): readonly (AddedBlock & { readonly before: SignedChain })[] {
  const blocks: (AddedBlock & { readonly before: SignedChain })[] = []
  let before = beginChain(POWERS)
  for (let i = 0; i < 4; i++) {
    const evidence = i === 2 ? [accusation(blocks.at(-1)!)] : []
    const transactions = Array.from({ length: i }, (_, k) => new Uint8Array(30 * k).fill(k))
    const added = addBlock(before, { content: { evidence, transactions } })
    blocks.push({ ...added, before })
    before = added.chain
  }
  return blocks
}

function voteOf({ chain, blockId, block }: AddedBlock): Vote {
  const index = 1
  const given = chain.lastCommit.signatures[index]!
  if (given.flag === 'absent') throw new TypeError('nobody is absent')
  const { validatorAddress, timestamp, signature } = given
  const { height } = block.header
  return {
    type: 'precommit',
    height,
    round: 0,
    blockId,
    timestamp,
    validatorAddress,
    validatorIndex: index,
    signature,
  }
}

function accusation(added: AddedBlock): Evidence {
  const vote = voteOf(added)
  const votes = [vote, { ...vote, blockId: undefined }]
  const [voteA, voteB] = votes.sort((a, b) => compareVotedBlocks(a.blockId, b.blockId))
  const powers = { totalVotingPower: 100n, validatorPower: 30n, timestamp: testTime(1) }
  return { kind: 'duplicate-vote', body: { voteA: voteA!, voteB: voteB!, ...powers } }
}

/** By the names that the Go program knows. */
export function goodMessages(): Readonly<Record<string, readonly Uint8Array[]>> {
  const blocks = goodBlocks()
  const all = <T>(of: (added: (typeof blocks)[number]) => T): readonly T[] => blocks.map(of)
  const lightBlock = ({ block, chain, before }: (typeof blocks)[number]): LightBlock => ({
    signedHeader: { header: block.header, commit: chain.lastCommit },
    validatorSet: before.state.validators,
  })
  const attack = (added: (typeof blocks)[number]): Evidence => ({
    kind: 'light-client-attack',
    body: {
      conflictingBlock: lightBlock(added),
      commonHeight: 1n,
      byzantineValidators: added.before.state.validators.validators.slice(1, 3),
      totalVotingPower: 100n,
      timestamp: testTime(1),
    },
  })
  const proposal = ({ block, blockId, chain }: AddedBlock): Proposal => {
    const { height, timestamp, signature } = voteOf({ block, blockId, chain })
    return { height, round: 0, polRound: -1, blockId, timestamp, signature }
  }
  return {
    block: all(({ block }) => encode(Block, block)),
    commit: all(({ chain }) => encode(Commit, chain.lastCommit)),
    evidence: blocks.flatMap((added) => [
      encode(Evidence, accusation(added)),
      encode(Evidence, attack(added)),
    ]),
    header: all(({ block }) => encode(Header, block.header)),
    lightBlock: all((added) => encode(LightBlock, lightBlock(added))),
    part: blocks.flatMap(({ block }) => partSetOf(block).parts.map((part) => encode(Part, part))),
    proposal: all((added) => encode(Proposal, proposal(added))),
    vote: all((added) => encode(Vote, voteOf(added))),
  }
}
