/** Decoders of what CometBFT's nodes tell each other and keep, each with something good. */

import { openBlock, openLastCommit, SealedMessage, sealedBlock } from '@wadi/engine/sealed-block'
import { SignerMessage } from '@wadi/engine/signer-messages'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { checkEvidence } from '@wadi/tendermint/basic/checkEvidence'
import { partSetOf } from '@wadi/tendermint/blocks/parts'
import { ChainState } from '@wadi/tendermint/chainState/chainState'
import { genesisState } from '@wadi/tendermint/chainState/genesisState'
import { makeBlock, NO_COMMIT } from '@wadi/tendermint/chainState/makeBlock'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { BlockSyncMessage, checkBlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import { ConsensusMessage, checkConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'
import { checkStateSyncMessage, StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { BitArray, noBits } from '@wadi/tendermint/types/bitArray'
import { Block } from '@wadi/tendermint/types/block'
import { Commit } from '@wadi/tendermint/types/commit'
import { ConsensusParamUpdates } from '@wadi/tendermint/types/consensusParams'
import { Evidence, EvidenceList } from '@wadi/tendermint/types/evidence'
import { Header } from '@wadi/tendermint/types/header'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { Part } from '@wadi/tendermint/types/part'
import { Proposal } from '@wadi/tendermint/types/proposal'
import { Vote } from '@wadi/tendermint/types/vote'
import type { Decoder } from './decoders.ts'

const ADDRESS = new Uint8Array(20).fill(1)
const HASH = new Uint8Array(32).fill(2)
const KEY = new Uint8Array(32).fill(3)
const SIGNATURE = new Uint8Array(64).fill(4)
const TIME = { seconds: 1_700_000_000n, nanoseconds: 5 }
const BLOCK_ID = { hash: HASH, partSetHeader: { total: 1, hash: HASH } }

const PLACE = { height: 7n, round: 2 }

const PROPOSAL: Proposal = {
  ...PLACE,
  polRound: -1,
  blockId: BLOCK_ID,
  timestamp: TIME,
  signature: SIGNATURE,
}

function goodVote(type: Vote['type']): Vote {
  return {
    type,
    height: 7n,
    round: 0,
    blockId: type === 'prevote' ? undefined : BLOCK_ID,
    timestamp: TIME,
    validatorAddress: ADDRESS,
    validatorIndex: 3,
    signature: SIGNATURE,
  }
}

const COMMIT: Commit = {
  height: 6n,
  round: 1,
  blockId: BLOCK_ID,
  signatures: [
    { flag: 'absent' },
    { flag: 'commit', validatorAddress: ADDRESS, timestamp: TIME, signature: SIGNATURE },
    { flag: 'nil', validatorAddress: ADDRESS, timestamp: TIME, signature: SIGNATURE },
  ],
}

const PARAMS: ConsensusParamUpdates = {
  block: { maxBytes: 1_000_000n, maxGas: -1n },
  evidence: { maxAgeNumBlocks: 10n, maxAgeDuration: TIME, maxBytes: 1_000n },
  pubKeyTypes: ['ed25519'],
  appVersion: 1n,
}

const EVIDENCE = {
  kind: 'duplicate-vote',
  body: {
    voteA: goodVote('precommit'),
    voteB: goodVote('prevote'),
    totalVotingPower: 10n,
    validatorPower: 4n,
    timestamp: TIME,
  },
} as const

/** Votes of one step for two things, in their order: its form is good, whoever signed. */
const WELL_FORMED: Evidence = {
  kind: 'duplicate-vote',
  body: {
    ...EVIDENCE.body,
    voteA: goodVote('prevote'),
    voteB: { ...goodVote('prevote'), blockId: BLOCK_ID },
  },
}

/** One of each that is said on the channels of consensus. */
const CONSENSUS_MESSAGES: readonly ConsensusMessage[] = [
  {
    kind: 'new-round-step',
    body: { height: 7n, round: 1, step: 3, secondsSinceStartTime: 2n, lastCommitRound: 0 },
  },
  {
    kind: 'new-valid-block',
    body: {
      ...PLACE,
      blockPartSetHeader: BLOCK_ID.partSetHeader,
      blockParts: noBits(1),
      isCommit: true,
    },
  },
  { kind: 'proposal', body: { proposal: PROPOSAL } },
  { kind: 'proposal-pol', body: { height: 7n, proposalPolRound: 1, proposalPol: noBits(70) } },
  { kind: 'vote', body: { vote: goodVote('precommit') } },
  { kind: 'has-vote', body: { ...PLACE, type: 'prevote', index: 3 } },
  { kind: 'vote-set-maj23', body: { ...PLACE, type: 'prevote', blockId: BLOCK_ID } },
  {
    kind: 'vote-set-bits',
    body: { ...PLACE, type: 'precommit', blockId: undefined, votes: noBits(70) },
  },
]

/** One of each that is said between a node and a signer elsewhere. */
const SIGNER_MESSAGES: readonly SignerMessage[] = [
  { kind: 'key-request', body: { chainId: 'test' } },
  { kind: 'key', body: { value: KEY, error: undefined } },
  { kind: 'vote-request', body: { vote: goodVote('precommit'), chainId: 'test' } },
  { kind: 'vote', body: { value: encode(Vote, goodVote('precommit')), error: undefined } },
  { kind: 'proposal-request', body: { proposal: PROPOSAL, chainId: 'test' } },
  { kind: 'proposal', body: { value: HASH, error: { code: 1, description: 'no' } } },
  { kind: 'ping', body: {} },
  { kind: 'pong', body: {} },
]

/** As block sync takes messages in: blocks are opened later, one after the other. */
function sealedMessages(block: Block): Decoder {
  const messages: readonly BlockSyncMessage[] = [
    { kind: 'block', body: { block } },
    { kind: 'status', body: { base: 3n, height: 7n } },
  ]
  return {
    name: 'protobuf message of block sync, sealed',
    good: messages.map((said) => encode(BlockSyncMessage, said)),
    decode(bytes) {
      const said = decode(SealedMessage, bytes)
      if (said.kind !== 'block') return said
      const sealed = sealedBlock(said.body)
      return [openLastCommit(sealed), openBlock(sealed, said.body.length)]
    },
  }
}

/** A decoder with the check that follows it: together they see what a peer sends first. */
function ofMessage<T>(
  name: string,
  schema: Schema<T>,
  check: (message: T) => void,
  ...good: readonly T[]
): Decoder {
  const decoder = ofSchema(`message of ${name}`, schema, ...good)
  return {
    ...decoder,
    decode: (bytes) => {
      const message = decode(schema, bytes)
      check(message)
      return message
    },
  }
}

function ofSchema<T>(name: string, schema: Schema<T>, ...good: readonly T[]): Decoder {
  return {
    name: `protobuf ${name}`,
    good: good.map((value) => encode(schema, value)),
    decode: (bytes) => decode(schema, bytes),
  }
}

/** See above. */
export function protobufDecoders(): readonly Decoder[] {
  const chain = genesisState({
    chainId: 'test',
    time: TIME,
    initialHeight: 1n,
    consensusParams: PARAMS,
    validators: [{ publicKey: KEY, power: 10n }],
  })
  const content = { transactions: [HASH], lastCommit: NO_COMMIT, proposerAddress: ADDRESS }
  const block = makeBlock(chain, { ...content, evidence: [EVIDENCE] })
  const lightBlock = {
    signedHeader: { header: block.header, commit: COMMIT },
    validatorSet: chain.validators,
  }
  const attackCommit = {
    ...COMMIT,
    height: block.header.height,
    blockId: { ...BLOCK_ID, hash: headerHash(block.header) },
  }
  const attack: Evidence = {
    kind: 'light-client-attack',
    body: {
      conflictingBlock: {
        signedHeader: { header: block.header, commit: attackCommit },
        validatorSet: chain.validators,
      },
      commonHeight: 1n,
      byzantineValidators: chain.validators.validators,
      totalVotingPower: 10n,
      timestamp: TIME,
    },
  }
  const snapshot = { height: 5n, format: 1, chunks: 3, hash: HASH, metadata: KEY }
  const chunk = { height: 5n, format: 1, index: 2, chunk: HASH, missing: false }
  return [
    ofSchema('block', Block, block, { ...block, lastCommit: COMMIT, evidence: [] }),
    ofSchema('header', Header, block.header),
    ofSchema('commit', Commit, COMMIT),
    ofSchema('vote', Vote, goodVote('prevote'), goodVote('precommit')),
    ofSchema('proposal', Proposal, PROPOSAL),
    ofSchema('part', Part, ...partSetOf(block).parts),
    ofSchema('evidence', Evidence, EVIDENCE, attack),
    ofMessage(
      'evidence',
      EvidenceList,
      ({ evidence }) => evidence.forEach(checkEvidence),
      { evidence: [WELL_FORMED, WELL_FORMED] },
      { evidence: [attack] },
    ),
    ofMessage(
      'consensus',
      ConsensusMessage,
      checkConsensusMessage,
      ...CONSENSUS_MESSAGES,
      ...partSetOf(block).parts.map((part) => {
        return { kind: 'block-part', body: { ...PLACE, part } } as const
      }),
    ),
    ofSchema('light block', LightBlock, lightBlock),
    ofSchema('chain state', ChainState, chain),
    ofSchema('parameters', ConsensusParamUpdates, PARAMS),
    ofSchema('bits', BitArray, noBits(70)),
    ofSchema('message of mempools', MempoolMessage, { kind: 'txs', body: { txs: [HASH] } }),
    ofMessage(
      'block sync',
      BlockSyncMessage,
      checkBlockSyncMessage,
      { kind: 'block', body: { block: makeBlock(chain, { ...content, evidence: [] }) } },
      { kind: 'status', body: { base: 3n, height: 7n } },
      { kind: 'status-request', body: {} },
      { kind: 'block-request', body: { height: 7n } },
      { kind: 'no-block', body: { height: 7n } },
    ),
    sealedMessages(makeBlock(chain, { ...content, evidence: [] })),
    ofSchema('message of a signer', SignerMessage, ...SIGNER_MESSAGES),
    ofMessage(
      'state sync',
      StateSyncMessage,
      checkStateSyncMessage,
      { kind: 'chunk', body: chunk },
      { kind: 'snapshot', body: snapshot },
      { kind: 'snapshots-request', body: {} },
      { kind: 'chunk-request', body: { height: 5n, format: 1, index: 2 } },
    ),
  ]
}
