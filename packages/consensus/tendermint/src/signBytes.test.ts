import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { canonicalProposalBytes, canonicalVoteBytes } from './signBytes.ts'
import { NO_BLOCK_ID } from './types/blockId.ts'
import { NO_TIME } from './types/timestamp.ts'

const ONE = '0100000000000000'
const NO_TIME_BYTES = '2a0b088092b8c398feffffff01'
const vote = { height: 1n, round: 1, blockId: undefined, timestamp: NO_TIME } as const
const hash = new Uint8Array(32).fill(7)
const blockId = { hash, partSetHeader: { total: 3, hash } }
const blockHex = `0a20${'07'.repeat(32)}122408031220${'07'.repeat(32)}`

describe('what is signed', () => {
  it('is for a vote what the vectors of CometBFT say (types/vote_test.go, Apache-2.0)', () => {
    const precommit = canonicalVoteBytes('', { ...vote, type: 'precommit' })
    assert.equal(toHex(precommit), `21080211${ONE}19${ONE}${NO_TIME_BYTES}`)
    const prevote = canonicalVoteBytes('', { ...vote, type: 'prevote' })
    assert.equal(toHex(prevote), `21080111${ONE}19${ONE}${NO_TIME_BYTES}`)
  })

  it('ends with the name of the chain', () => {
    const bytes = canonicalVoteBytes('test_chain_id', { ...vote, type: 'prevote' })
    const name = '320d746573745f636861696e5f6964'
    assert.equal(toHex(bytes), `30080111${ONE}19${ONE}${NO_TIME_BYTES}${name}`)
  })

  it('has the block that is voted for, and leaves out what is zero', () => {
    const bytes = canonicalVoteBytes('', { ...vote, type: 'prevote', round: 0, blockId })
    assert.equal(toHex(bytes), `62080111${ONE}2248${blockHex}${NO_TIME_BYTES}`)
  })

  it('has for a proposal the round of its proof, a negative one in ten bytes', () => {
    const proposal = { height: 1n, round: 1, polRound: -1, blockId, timestamp: NO_TIME }
    const pol = '20ffffffffffffffffff01'
    const time = `32${NO_TIME_BYTES.slice(2)}`
    const bytes = canonicalProposalBytes('a', proposal)
    assert.equal(toHex(bytes), `79082011${ONE}19${ONE}${pol}2a48${blockHex}${time}3a0161`)
    const ofNothing = canonicalProposalBytes('a', { ...proposal, blockId: NO_BLOCK_ID })
    assert.equal(toHex(ofNothing), `2f082011${ONE}19${ONE}${pol}${time}3a0161`)
  })
})
