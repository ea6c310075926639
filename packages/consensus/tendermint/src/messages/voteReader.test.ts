import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/protobuf/codec'
import fc from 'fast-check'
import type { Vote } from '../types/vote.ts'
import { ConsensusMessage, checkConsensusMessage } from './consensus.ts'
import { isVoteMessage, VoteReader } from './voteReader.ts'

/** Records with the prototype that literals have. */
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true })
const bytesOf = (size: number) => fc.uint8Array({ minLength: size, maxLength: size })
const blockIds = record({
  hash: bytesOf(32),
  partSetHeader: record({ total: fc.integer({ min: 1, max: 127 }), hash: bytesOf(32) }),
})
const votes: fc.Arbitrary<Vote> = record({
  type: fc.constantFrom('prevote', 'precommit'),
  height: fc.oneof(fc.bigInt(1n, 200n), fc.bigInt(1n, 2n ** 49n - 1n)),
  round: fc.oneof(fc.nat(2), fc.nat(2 ** 31 - 1)),
  blockId: fc.option(blockIds, { nil: undefined }),
  timestamp: record({
    seconds: fc.oneof(fc.bigInt(0n, 200n), fc.bigInt(0n, 253_402_300_799n)),
    nanoseconds: fc.oneof(fc.nat(200), fc.nat(999_999_999)),
  }),
  validatorAddress: bytesOf(20),
  validatorIndex: fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1)),
  signature: bytesOf(64),
})
/** Votes that are good or not, and are not written in the usual way or size. */
const strange: fc.Arbitrary<Vote> = votes.chain((vote) =>
  fc.constantFrom<Vote>(
    { ...vote, height: 0n },
    { ...vote, height: -1n },
    { ...vote, height: 2n ** 49n },
    { ...vote, round: -1 },
    { ...vote, validatorIndex: -1 },
    { ...vote, timestamp: { seconds: -1n, nanoseconds: 0 } },
    { ...vote, timestamp: { seconds: -62_135_596_800n, nanoseconds: 0 } },
    { ...vote, validatorAddress: vote.validatorAddress.slice(1) },
    { ...vote, signature: vote.signature.slice(1) },
    { ...vote, signature: new Uint8Array(96) },
    { ...vote, blockId: { hash: new Uint8Array(32), partSetHeader: { total: 128, hash } } },
    { ...vote, blockId: { hash: new Uint8Array(32), partSetHeader: { total: 0, hash } } },
    { ...vote, blockId: { hash: new Uint8Array(31), partSetHeader: { total: 1, hash } } },
    { ...vote, blockId: { hash: new Uint8Array(0), partSetHeader: { total: 1, hash } } },
  ),
)
const hash = new Uint8Array(32)
const messageOf = (vote: Vote) => ({ kind: 'vote', body: { vote } }) as const
const written = (vote: Vote) => encode(ConsensusMessage, messageOf(vote))

/** What the reader reads, `decode` reads, finds nothing wrong with, and writes as it was. */
function agrees(reader: VoteReader, bytes: Uint8Array): Vote | undefined {
  const vote = reader.read(bytes)
  if (vote === undefined) return undefined
  const message = decode(ConsensusMessage, bytes)
  checkConsensusMessage(message)
  assert.deepEqual(messageOf(vote), message)
  assert.deepEqual(written(vote), bytes)
  return vote
}

describe('A reader of votes', () => {
  it('reads what is written of any complete vote', () => {
    const reader = new VoteReader()
    const check = (vote: Vote) => assert.deepEqual(agrees(reader, written(vote)), vote)
    fc.assert(fc.property(votes, check), { numRuns: 500 })
  })

  it('reads strange votes as `decode` does, or not at all', () => {
    const reader = new VoteReader()
    const check = (vote: Vote) => assert.equal(agrees(reader, written(vote)), undefined)
    fc.assert(fc.property(strange, check), { numRuns: 500 })
  })

  it('reads bytes in which something is changed, added or missing as `decode` does', () => {
    const reader = new VoteReader()
    const change = record({
      at: fc.nat(250),
      bytes: fc.uint8Array({ maxLength: 3 }),
      cut: fc.nat(3),
    })
    fc.assert(
      fc.property(votes, fc.array(change, { minLength: 1, maxLength: 3 }), (vote, changes) => {
        let bytes = written(vote)
        for (const { at, bytes: added, cut } of changes)
          bytes = Uint8Array.of(...bytes.subarray(0, at), ...added, ...bytes.subarray(at + cut))
        agrees(reader, bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it('reads bytes of which any one is another as `decode` does', () => {
    const reader = new VoteReader()
    const [vote] = fc.sample(
      votes.filter(({ blockId }) => blockId !== undefined),
      { numRuns: 1, seed: 7 },
    )
    const bytes = written(vote!)
    for (let at = 0; at < bytes.length; at++)
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255])
        agrees(reader, bytes.with(at, bytes[at]! ^ flip))
    for (let size = 0; size < bytes.length; size++)
      assert.equal(reader.read(bytes.subarray(0, size)), undefined)
  })

  it('shares block ids and addresses, of which it keeps few', () => {
    const reader = new VoteReader()
    const [first, second] = fc.sample(
      votes.filter(({ blockId }) => blockId !== undefined),
      { numRuns: 2, seed: 1 },
    )
    const a = reader.read(written(first!))!
    const b = reader.read(written({ ...first!, round: 5 }))!
    assert.equal(a.blockId, b.blockId)
    assert.equal(a.validatorAddress, b.validatorAddress)
    for (let i = 0; i < 1000; i++) reader.read(written({ ...second!, validatorIndex: i }))
    assert.deepEqual(reader.read(written(first!)), first)
  })

  it('does not share what others may write to, but for the signature', () => {
    const reader = new VoteReader()
    const [vote] = fc.sample(votes, { numRuns: 1, seed: 3 })
    const bytes = written(vote!)
    const read = reader.read(bytes)!
    bytes.fill(0)
    assert.deepEqual({ ...read, signature: vote!.signature }, vote)
  })

  it('sees by the first byte whether it is a vote', () => {
    assert.ok(isVoteMessage(written(fc.sample(votes, 1)[0]!)))
    const body = { height: 3n, round: 1, type: 'prevote', index: 2 } as const
    assert.ok(!isVoteMessage(encode(ConsensusMessage, { kind: 'has-vote', body })))
    assert.throws(() => decode(ConsensusMessage, new Uint8Array(0)), CodedError)
  })
})
