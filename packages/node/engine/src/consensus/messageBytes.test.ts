import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/protobuf/codec'
import { ConsensusMessage, checkConsensusMessage } from '@wadi/tendermint/messages/consensus'
import { bitsWhere } from '@wadi/tendermint/types/bitArray'
import type { Vote } from '@wadi/tendermint/types/vote'
import {
  MESSAGES_REMEMBERED_MAX,
  REMEMBERED_MESSAGE_BYTES_MAX,
  VOTES_REMEMBERED_MAX,
} from '../limits.ts'
import { RememberedMessages } from './messageBytes.ts'

function voteMessage(validatorIndex: number): { readonly kind: 'vote'; body: { vote: Vote } } {
  const signature = new Uint8Array(64)
  new DataView(signature.buffer).setUint32(60, validatorIndex)
  const vote: Vote = {
    type: 'precommit',
    height: 7n,
    round: 1,
    blockId: undefined,
    timestamp: { seconds: 1n, nanoseconds: 2 },
    validatorAddress: new Uint8Array(20),
    validatorIndex,
    signature,
  }
  return { kind: 'vote', body: { vote } }
}

const encoded = (index: number) => encode(ConsensusMessage, voteMessage(index))

function bitsMessage(round: number): ConsensusMessage {
  const votes = { size: 3, words: Uint32Array.of(5) }
  const place = { height: 3n, round, type: 'prevote', blockId: undefined } as const
  return { kind: 'vote-set-bits', body: { ...place, votes } }
}

describe('The bytes of a message', () => {
  it('are its encoding, made once for a vote', () => {
    const messages = new RememberedMessages()
    const message = voteMessage(3)
    const bytes = messages.bytesOf(message)
    assert.deepEqual(bytes, encode(ConsensusMessage, message))
    assert.equal(messages.bytesOf({ kind: 'vote', body: { vote: message.body.vote } }), bytes)
    assert.notEqual(messages.bytesOf(voteMessage(3)), bytes)
  })

  it('hold on to no more memory than they need', () => {
    const bytes = new RememberedMessages().bytesOf(voteMessage(3))
    assert.equal(bytes.buffer.byteLength, bytes.length)
  })

  it('are its encoding, whatever it is', () => {
    const message = bitsMessage(1)
    const messages = new RememberedMessages()
    assert.deepEqual(messages.bytesOf(message), encode(ConsensusMessage, message))
  })

  it('are those that a peer sent', () => {
    const messages = new RememberedMessages()
    const bytes = encoded(5)
    assert.equal(messages.bytesOf(messages.meaningOf(bytes)), bytes)
  })

  it('are our own where a peer wrote a vote in another way', () => {
    const messages = new RememberedMessages()
    // A field that nobody knows, behind the vote.
    const strange = Uint8Array.of(...encoded(5), 0x78, 1)
    const message = messages.meaningOf(strange)
    assert.deepEqual(message, voteMessage(5))
    assert.deepEqual(messages.bytesOf(message), encoded(5))
    assert.deepEqual(messages.meaningOf(strange), message)
  })
})

describe('Remembered messages', () => {
  it('are found by the very same bytes only', () => {
    for (const bytes of [encoded(5), encode(ConsensusMessage, bitsMessage(700))]) {
      const messages = new RememberedMessages()
      const message = messages.meaningOf(bytes)
      assert.deepEqual(message, decode(ConsensusMessage, bytes))
      assert.equal(messages.meaningOf(bytes.slice()), message)
      for (let i = 0; i < bytes.length; i++) {
        const other = bytes.with(i, bytes[i]! ^ 1)
        let expected: ConsensusMessage | undefined
        try {
          expected = decode(ConsensusMessage, other)
          checkConsensusMessage(expected)
        } catch {
          assert.throws(() => messages.meaningOf(other), CodedError, `byte ${i}`)
          continue
        }
        assert.deepEqual(messages.meaningOf(other), expected, `byte ${i}`)
      }
    }
  })

  it('are forgotten for others, and then mean the same', () => {
    const messages = new RememberedMessages()
    const count = 4 * VOTES_REMEMBERED_MAX
    const first = Array.from({ length: count }, (_, i) => messages.meaningOf(encoded(i)))
    const kept = first.filter((message, i) => messages.meaningOf(encoded(i)) === message)
    assert.ok(kept.length <= VOTES_REMEMBERED_MAX)
    for (const [i, message] of first.entries()) assert.deepEqual(message, voteMessage(i))
    const bits = Array.from({ length: 4 * MESSAGES_REMEMBERED_MAX }, (_, i) =>
      messages.meaningOf(encode(ConsensusMessage, bitsMessage(i))),
    )
    for (const [i, message] of bits.entries()) assert.deepEqual(message, bitsMessage(i))
  })

  it('are not too long', () => {
    const messages = new RememberedMessages()
    const message = (size: number): ConsensusMessage => {
      const body = { height: 1n, proposalPolRound: 0, proposalPol: bitsWhere(size, () => true) }
      return { kind: 'proposal-pol', body }
    }
    const short = encode(ConsensusMessage, message(REMEMBERED_MESSAGE_BYTES_MAX))
    assert.equal(messages.meaningOf(short), messages.meaningOf(short))
    const long = encode(ConsensusMessage, message(8 * REMEMBERED_MESSAGE_BYTES_MAX))
    assert.notEqual(messages.meaningOf(long), messages.meaningOf(long))
  })
})
