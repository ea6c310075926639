import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { addBlock, beginChain, testTime } from '../testing/signedChain.ts'
import type { Evidence } from '../types/evidence.ts'
import {
  commitHash,
  consensusParamsHash,
  evidenceBytes,
  evidenceHash,
  evidenceListHash,
  resultsHash,
  validatorsHash,
} from './contentHashes.ts'

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const address = new Uint8Array(20).fill(1)
const signature = new Uint8Array(64).fill(2)
const timestamp = testTime(0)

/** The root of a list of one. */
const leaf = (hex: string) => toHex(sha256(Buffer.from(`00${hex}`, 'hex')))

describe('the hashes of what is in a block', () => {
  it('are for empty lists the hash of nothing', () => {
    for (const hash of [commitHash({ signatures: [] }), evidenceListHash([]), validatorsHash([])])
      assert.equal(toHex(hash), EMPTY)
    assert.equal(toHex(resultsHash([])), EMPTY)
  })

  it('take of a commit the signatures, absent ones with the year 1', () => {
    const absent = commitHash({ signatures: [{ flag: 'absent' }] })
    assert.equal(toHex(absent), leaf('08011a0b088092b8c398feffffff01'))
    const nil = { flag: 'nil', validatorAddress: address, timestamp, signature } as const
    const time = '1a080880e2cfaa061005'
    const expected = leaf(`08031214${'01'.repeat(20)}${time}2240${'02'.repeat(64)}`)
    assert.equal(toHex(commitHash({ signatures: [nil] })), expected)
  })

  it('take of validators keys and powers', () => {
    const publicKey = new Uint8Array(32).fill(3)
    const validator = { address, publicKey, votingPower: 300n, proposerPriority: -5n }
    const expected = leaf(`0a220a20${'03'.repeat(32)}10ac02`)
    assert.equal(toHex(validatorsHash([validator])), expected)
  })

  it('take of results code, data and gas', () => {
    const result = { code: 7, data: Uint8Array.of(0xf6), gasWanted: 5n, gasUsed: -1n }
    assert.equal(toHex(resultsHash([result])), leaf('08071201f6280530ffffffffffffffffff01'))
    const nothing = { code: 0, data: new Uint8Array(0), gasWanted: 0n, gasUsed: 0n }
    assert.equal(toHex(resultsHash([nothing])), leaf(''))
  })

  it('take of parameters the size and the gas of blocks', () => {
    const hash = consensusParamsHash({ block: { maxBytes: 300n, maxGas: -1n } })
    const expected = sha256(Buffer.from('08ac0210ffffffffffffffffff01', 'hex'))
    assert.deepEqual(hash, expected)
  })
})

describe('evidence', () => {
  const vote = {
    type: 'prevote',
    height: 5n,
    round: 0,
    blockId: undefined,
    timestamp,
    validatorAddress: address,
    validatorIndex: 0,
    signature,
  } as const
  const duplicate: Evidence = {
    kind: 'duplicate-vote',
    body: { voteA: vote, voteB: vote, totalVotingPower: 10n, validatorPower: 1n, timestamp },
  }

  it('is hashed without its kind', () => {
    const bytes = evidenceBytes(duplicate)
    assert.equal(toHex(bytes).slice(0, 2), '0a')
    assert.equal(toHex(evidenceListHash([duplicate])), leaf(toHex(bytes)))
    assert.deepEqual(evidenceHash(duplicate), sha256(bytes))
  })

  it('has for an attack the name of the block and the common height', () => {
    const { block, blockId, chain } = addBlock(beginChain([1n]))
    const signedHeader = { header: block.header, commit: chain.lastCommit }
    const attack = (commonHeight: bigint): Evidence => ({
      kind: 'light-client-attack',
      body: {
        conflictingBlock: { signedHeader, validatorSet: chain.state.validators },
        commonHeight,
        byzantineValidators: [],
        totalVotingPower: 1n,
        timestamp,
      },
    })
    const hash = toHex(blockId.hash).slice(0, 62)
    for (const [height, varint] of [
      [1n, '02'],
      [64n, '8001'],
      [-1n, '01'],
    ] as const) {
      const expected = sha256(Buffer.from(`${hash}00${varint}`, 'hex'))
      assert.deepEqual(evidenceHash(attack(height)), expected)
    }
  })
})
