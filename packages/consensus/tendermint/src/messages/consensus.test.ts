import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { noBits } from '../types/bitArray.ts'
import { ConsensusMessage, checkConsensusMessage } from './consensus.ts'

const HASH = new Uint8Array(32).fill(7)
const BLOCK_ID = { hash: HASH, partSetHeader: { total: 2, hash: HASH } }
const PLACE = { height: 5n, round: 1 }
const ADDRESS = new Uint8Array(20).fill(1)
const SIGNATURE = new Uint8Array(64).fill(2)
const TIME = { seconds: 1_700_000_000n, nanoseconds: 5 }
const PROOF = { total: 2n, index: 1n, leafHash: HASH, aunts: [HASH] }
const VOTE = {
  ...PLACE,
  type: 'prevote' as const,
  blockId: undefined,
  timestamp: TIME,
  validatorAddress: ADDRESS,
  validatorIndex: 0,
  signature: SIGNATURE,
}
const PROPOSAL = {
  ...PLACE,
  polRound: -1,
  blockId: BLOCK_ID,
  timestamp: TIME,
  signature: SIGNATURE,
}

const GOOD: readonly ConsensusMessage[] = [
  {
    kind: 'new-round-step',
    body: { ...PLACE, step: 1, secondsSinceStartTime: -3n, lastCommitRound: -1 },
  },
  {
    kind: 'new-valid-block',
    body: {
      ...PLACE,
      blockPartSetHeader: BLOCK_ID.partSetHeader,
      blockParts: noBits(2),
      isCommit: true,
    },
  },
  { kind: 'proposal', body: { proposal: PROPOSAL } },
  { kind: 'proposal-pol', body: { height: 5n, proposalPolRound: 0, proposalPol: noBits(4) } },
  { kind: 'block-part', body: { ...PLACE, part: { index: 1, bytes: HASH, proof: PROOF } } },
  { kind: 'vote', body: { vote: VOTE } },
  { kind: 'has-vote', body: { ...PLACE, type: 'precommit', index: 3 } },
  { kind: 'vote-set-maj23', body: { ...PLACE, type: 'prevote', blockId: BLOCK_ID } },
  {
    kind: 'vote-set-bits',
    body: { ...PLACE, type: 'precommit', blockId: undefined, votes: noBits(0) },
  },
]

const bodyOf = (kind: ConsensusMessage['kind']) => GOOD.find((each) => each.kind === kind)!.body

/** Each good message with one thing changed, and why it is refused. */
const BAD: readonly [ConsensusMessage['kind'], object, string][] = [
  ['new-round-step', { height: -1n }, 'badHeight'],
  ['new-round-step', { round: -1 }, 'badRound'],
  ['new-round-step', { step: 0 }, 'badStep'],
  ['new-round-step', { step: 9 }, 'badStep'],
  ['new-round-step', { lastCommitRound: -2 }, 'badRound'],
  ['new-valid-block', { height: -1n }, 'badHeight'],
  ['new-valid-block', { blockParts: undefined }, 'badBits'],
  ['new-valid-block', { blockParts: noBits(3) }, 'badBits'],
  [
    'new-valid-block',
    { blockParts: noBits(1602), blockPartSetHeader: { total: 1602, hash: HASH } },
    'badBits',
  ],
  ['proposal', { proposal: { ...PROPOSAL, polRound: -2 } }, 'badRound'],
  ['proposal', { proposal: { ...PROPOSAL, signature: EMPTY_BYTES } }, 'badSignature'],
  ['proposal-pol', { proposalPolRound: -1 }, 'badRound'],
  ['proposal-pol', { proposalPol: noBits(0) }, 'badBits'],
  ['block-part', { height: -1n }, 'badHeight'],
  ['block-part', { round: -1 }, 'badRound'],
  ['vote', { vote: { ...VOTE, height: 0n } }, 'badHeight'],
  ['vote', { vote: { ...VOTE, validatorIndex: -1 } }, 'badIndex'],
  ['has-vote', { round: -1 }, 'badRound'],
  ['has-vote', { index: -1 }, 'badIndex'],
  ['vote-set-maj23', { height: -1n }, 'badHeight'],
  ['vote-set-maj23', { blockId: { ...BLOCK_ID, hash: EMPTY_BYTES } }, 'badBlockId'],
  ['vote-set-bits', { blockId: { ...BLOCK_ID, hash: EMPTY_BYTES } }, 'badBlockId'],
]

describe('messages of consensus', () => {
  for (const said of GOOD)
    it(`${said.kind}: comes back out of its bytes, and is one that a node says`, () => {
      assert.deepEqual(decode(ConsensusMessage, encode(ConsensusMessage, said)), said)
      checkConsensusMessage(said)
    })

  for (const [kind, change, reason] of BAD)
    it(`${kind}: is refused with ${Object.keys(change).join(' and ')} as ${reason}`, () => {
      const said = { kind, body: { ...bodyOf(kind), ...change } } as ConsensusMessage
      assert.throws(() => checkConsensusMessage(said), { reason: `basic.${reason}` })
    })
})
