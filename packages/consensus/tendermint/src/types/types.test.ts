import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode, type Schema } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import fc from 'fast-check'
import { BIT_COUNT_MAX, TOTAL_POWER_MAX, VALIDATORS_MAX } from '../limits.ts'
import { addBlock, beginChain, testTime } from '../testing/signedChain.ts'
import { createValidatorSet } from '../validators/validatorSet.ts'
import {
  BitArray,
  bitsWhere,
  chooseMissing,
  countBits,
  differenceOf,
  hasBit,
  isNoBit,
  noBits,
  resized,
  setBits,
  unionOf,
  withBit,
} from './bitArray.ts'
import { Block, BlockMeta } from './block.ts'
import { BlockId, equalBlockIds, NilableBlockId, NO_BLOCK_ID } from './blockId.ts'
import { Commit, CommitSig } from './commit.ts'
import { ConsensusParamUpdates } from './consensusParams.ts'
import { LightBlock } from './lightBlock.ts'
import { PROPOSAL_TYPE, Proposal } from './proposal.ts'
import { PublicKey } from './publicKey.ts'
import { Duration, NO_TIME, nanosecondsOf, Timestamp } from './timestamp.ts'
import { ValidatorSet } from './validatorSet.ts'
import { Vote } from './vote.ts'

const refusal = (reason: string) => ({ module: 'unknown', code: 1, reason })
const again = <T>(schema: Schema<T>, value: T) =>
  assert.deepEqual(decode(schema, encode(schema, value)), value)
const hexOf = <T>(schema: Schema<T>, value: T) => toHex(encode(schema, value))
const hash = new Uint8Array(32).fill(7)
const blockId: BlockId = { hash, partSetHeader: { total: 2, hash } }

describe('a timestamp', () => {
  const holder = message({ time: field(1, embedded(Timestamp)) })

  it('is the year 1 if it is absent, and 1970 if it is empty', () => {
    assert.deepEqual(decode(holder, new Uint8Array(0)).time, NO_TIME)
    assert.deepEqual(decode(holder, parseHex('0a00')).time, { seconds: 0n, nanoseconds: 0 })
    assert.equal(hexOf(holder, { time: NO_TIME }), '0a0b088092b8c398feffffff01')
  })

  it('is of the years 1 to 9999, with a fraction below a second', () => {
    const outOfRange = refusal('timestamp.outOfRange')
    const last = { seconds: 253_402_300_799n, nanoseconds: 999_999_999 }
    again(Timestamp, last)
    again(Timestamp, NO_TIME)
    const Raw = Duration
    for (const bad of [
      { seconds: last.seconds + 1n, nanoseconds: 0 },
      { seconds: NO_TIME.seconds - 1n, nanoseconds: 0 },
      { seconds: -1n, nanoseconds: -1 },
    ]) {
      assert.throws(() => encode(Timestamp, bad), outOfRange)
      if (nanosecondsOf(bad) < 1n << 63n && nanosecondsOf(bad) >= -(1n << 63n))
        assert.throws(() => decode(Timestamp, encode(Raw, bad)), outOfRange)
    }
    assert.throws(() => decode(Timestamp, parseHex('108094ebdc03')), outOfRange)
  })

  it('is taken whole: the last one counts, and a bad one is refused even if another follows', () => {
    const two = parseHex('0a040801100a0a020805')
    assert.deepEqual(decode(holder, two).time, { seconds: 5n, nanoseconds: 0 })
    assert.throws(
      () => decode(holder, parseHex('0a0b10ffffffffffffffffff010a00')),
      refusal('timestamp.outOfRange'),
    )
  })
})

describe('a duration', () => {
  it('has 63 bits of nanoseconds, and one sign', () => {
    const max = { seconds: 9_223_372_036n, nanoseconds: 854_775_807 }
    again(Duration, max)
    again(Duration, { seconds: -1n, nanoseconds: -5 })
    for (const bad of [
      { ...max, nanoseconds: max.nanoseconds + 1 },
      { seconds: 1n, nanoseconds: -1 },
      { seconds: -1n, nanoseconds: 1 },
      { seconds: 0n, nanoseconds: 1_000_000_000 },
    ])
      assert.throws(() => encode(Duration, bad), refusal('timestamp.outOfRange'))
  })
})

describe('a key', () => {
  it('is one of Ed25519, of 32 bytes', () => {
    again(PublicKey, hash)
    assert.throws(() => decode(PublicKey, parseHex('12020101')), refusal('publicKey.otherKind'))
    assert.throws(() => decode(PublicKey, parseHex('0a020101')), refusal('publicKey.badSize'))
    assert.throws(() => decode(PublicKey, new Uint8Array(0)), refusal('protobuf.noVariant'))
  })
})

describe('a block id', () => {
  it('is nothing if nothing is in it', () => {
    assert.equal(hexOf(NilableBlockId, undefined), '1200')
    assert.equal(decode(NilableBlockId, parseHex('1200')), undefined)
    again(NilableBlockId, blockId)
    again(BlockId, NO_BLOCK_ID)
  })

  it('is the same as another with the same hashes and as many parts', () => {
    const other = { ...blockId, partSetHeader: { total: 3, hash } }
    assert.equal(equalBlockIds(blockId, structuredClone(blockId)), true)
    assert.equal(equalBlockIds(undefined, undefined), true)
    for (const one of [other, undefined, NO_BLOCK_ID])
      assert.equal(equalBlockIds(blockId, one), false)
  })
})

describe('a signature in a commit', () => {
  it('has nothing but its flag if it is absent', () => {
    again(CommitSig, { flag: 'absent' })
    for (const extra of ['120101', '1a020801', '220101'])
      assert.throws(
        () => decode(CommitSig, parseHex(`0801${extra}`)),
        refusal('commitSig.notAbsent'),
      )
    for (const flag of ['', '0800', '0804'])
      assert.throws(() => decode(CommitSig, parseHex(flag)), refusal('protobuf.unknownName'))
  })
})

describe('a commit', () => {
  it('has room for ten thousand validators', () => {
    const flags = (count: number) => parseHex('22020801'.repeat(count))
    assert.equal(decode(Commit, flags(VALIDATORS_MAX)).signatures.length, VALIDATORS_MAX)
    const tooMany = flags(VALIDATORS_MAX + 1)
    assert.throws(() => decode(Commit, tooMany), refusal('protobuf.tooMany'))
  })
})

describe('a vote and a proposal', () => {
  it('are of their types only', () => {
    assert.throws(() => decode(Vote, parseHex('0820')), refusal('protobuf.unknownName'))
    const proposal = {
      height: 1n,
      round: 0,
      polRound: -1,
      blockId,
      timestamp: testTime(1),
      signature: new Uint8Array(64),
    }
    again(Proposal, proposal)
    assert.equal(encode(Proposal, proposal)[1], PROPOSAL_TYPE)
    assert.throws(() => decode(Proposal, parseHex('0801')), refusal('proposal.otherType'))
  })
})

describe('updates of parameters', () => {
  it('say nothing of what they leave', () => {
    const nothing = {
      block: undefined,
      evidence: undefined,
      pubKeyTypes: undefined,
      appVersion: undefined,
    }
    again(ConsensusParamUpdates, nothing)
    assert.equal(encode(ConsensusParamUpdates, nothing).length, 0)
    const updates = { ...nothing, pubKeyTypes: ['ed25519'], appVersion: 0n }
    again(ConsensusParamUpdates, updates)
    assert.equal(hexOf(ConsensusParamUpdates, { ...nothing, appVersion: 0n }), '2200')
  })
})

describe('a set of validators', () => {
  const member = (n: number, power: bigint) => ({ publicKey: new Uint8Array(32).fill(n), power })
  const set = createValidatorSet([member(1, 5n), member(2, 7n)])
  const changed = (change: Partial<ValidatorSet>) => () =>
    decode(ValidatorSet, encode(ValidatorSet, { ...set, ...change }))
  const [first, second] = set.validators as [
    ValidatorSet['validators'][0],
    ValidatorSet['validators'][0],
  ]

  it('comes with its total, which is not on the wire', () => {
    again(ValidatorSet, set)
    const counted = changed({ totalVotingPower: 99n })()
    assert.equal(counted.totalVotingPower, 12n)
  })

  it('is refused if its members make no sense', () => {
    const cases = {
      empty: { validators: [] },
      negativePower: { validators: [first, { ...second, votingPower: -1n }] },
      otherAddress: { validators: [first, { ...second, address: first.address }] },
      tooMuchPower: { validators: [first, { ...second, votingPower: TOTAL_POWER_MAX }] },
      strangeProposer: { validators: [first], proposer: second },
    }
    for (const [name, change] of Object.entries(cases))
      assert.throws(changed(change), refusal(`validators.${name}`), name)
    assert.throws(changed({ proposer: undefined }), refusal('validators.empty'))
    assert.throws(() => decode(ValidatorSet, new Uint8Array(0)), refusal('protobuf.missingField'))
  })
})

describe('a block', () => {
  it('is read as it was written, with what belongs to it', () => {
    const { block, chain } = addBlock(addBlock(beginChain([2n, 1n])).chain, {
      content: { transactions: [hash, Uint8Array.of(1)] },
    })
    again(Block, block)
    again(Block, { ...block, lastCommit: undefined })
    again(BlockMeta, { blockId, blockSize: 5n, header: block.header, txCount: 2n })
    const signedHeader = { header: block.header, commit: chain.lastCommit }
    again(LightBlock, { signedHeader, validatorSet: chain.state.validators })
    const noHeader = refusal('protobuf.missingField')
    assert.throws(() => decode(LightBlock, parseHex('0a00')), noHeader)
  })
})

describe('an array of bits', () => {
  const indices = fc.uniqueArray(fc.nat(200))
  const bitsOf = (size: number, set: readonly number[]) => bitsWhere(size, (i) => set.includes(i))

  it('is read as it was written, and does the arithmetic of sets', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), indices, indices, (m, n, a, b) => {
        const [x, y] = [bitsOf(m, a), bitsOf(n, b)]
        again(BitArray, x)
        const [inX, inY] = [new Set(setBits(x)), new Set(setBits(y))]
        assert.deepEqual(
          setBits(x),
          a.filter((i) => i < m).sort((p, q) => p - q),
        )
        assert.equal(countBits(x), inX.size)
        assert.equal(isNoBit(x), inX.size === 0)
        const missing = setBits(x).filter((i) => !inY.has(i))
        for (const [nth, index] of missing.entries()) {
          const choose = (count: number) => {
            assert.equal(count, missing.length)
            return nth
          }
          assert.equal(chooseMissing(x, y, choose), index)
        }
        if (missing.length === 0)
          assert.equal(
            chooseMissing(x, y, () => assert.fail()),
            undefined,
          )
        assert.deepEqual(resized(x, n), bitsOf(n, setBits(x)))
        const union = unionOf(x, y)
        assert.equal(union.size, Math.max(m, n))
        assert.deepEqual(new Set(setBits(union)), new Set([...inX, ...inY]))
        const difference = differenceOf(x, y)
        assert.equal(difference.size, m)
        assert.deepEqual(
          setBits(difference),
          setBits(x).filter((i) => !inY.has(i)),
        )
      }),
    )
  })

  it('is another one with one bit more', () => {
    const none = noBits(40)
    const one = withBit(none, 33)
    assert.deepEqual([hasBit(none, 33), hasBit(one, 33), hasBit(one, 1)], [false, true, false])
    assert.equal(withBit(one, 33), one)
    for (const index of [-1, 40]) {
      assert.equal(withBit(one, index), one)
      assert.equal(hasBit(one, index), false)
    }
  })

  it('has as many words as its bits need, and a bound', () => {
    const bad = refusal('bitArray.badSize')
    for (const hex of ['0801', '080112020101', '12017f', '08ffffffffffffffffff01', '084112017f'])
      assert.throws(() => decode(BitArray, parseHex(hex)), bad, hex)
    again(BitArray, noBits(BIT_COUNT_MAX))
    assert.throws(() => decode(BitArray, encode(BitArray, noBits(BIT_COUNT_MAX + 1))), bad)
    // What is set behind the last bit is not there.
    assert.deepEqual(decode(BitArray, parseHex('08011202ff01')), bitsOf(1, [0]))
  })
})
