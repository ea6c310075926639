import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/protobuf/codec'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import type { Vote } from '@wadi/tendermint/types/vote'
import { MESSAGES_REMEMBERED_MAX, REMEMBERED_MESSAGE_BYTES_MAX } from '../limits.ts'
import { messageBytes, RememberedMessages } from './messageBytes.ts'

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

describe('The bytes of a message', () => {
  it('are its encoding, made once for a vote', () => {
    const message = voteMessage(3)
    const bytes = messageBytes(message)
    assert.deepEqual(bytes, encode(ConsensusMessage, message))
    assert.equal(messageBytes({ kind: 'vote', body: { vote: message.body.vote } }), bytes)
    assert.notEqual(messageBytes(voteMessage(3)), bytes)
  })

  it('are its encoding, whatever it is', () => {
    const body = { height: 3n, round: 1, type: 'prevote', index: 2 } as const
    const message = { kind: 'has-vote', body } as const
    assert.deepEqual(messageBytes(message), encode(ConsensusMessage, message))
  })
})

describe('Remembered messages', () => {
  it('are found by the very same bytes only', () => {
    const remembered = new RememberedMessages()
    const bytes = encoded(5)
    const message = decode(ConsensusMessage, bytes)
    assert.equal(remembered.find(bytes), undefined)
    remembered.keep(bytes, message)
    assert.equal(remembered.find(bytes.slice()), message)
    for (let i = 0; i < bytes.length; i++)
      assert.equal(remembered.find(bytes.with(i, bytes[i]! ^ 1)), undefined, `byte ${i}`)
    assert.equal(remembered.find(bytes.subarray(1)), undefined)
    assert.equal(remembered.find(new Uint8Array(0)), undefined)
  })

  it('are forgotten for others, and never more than there are places for', () => {
    const remembered = new RememberedMessages()
    const count = 4 * MESSAGES_REMEMBERED_MAX
    for (let i = 0; i < count; i++) remembered.keep(encoded(i), voteMessage(i))
    const found = Array.from({ length: count }, (_, i) => remembered.find(encoded(i)))
    const kept = found.filter((message) => message !== undefined)
    assert.ok(kept.length <= MESSAGES_REMEMBERED_MAX && kept.length > MESSAGES_REMEMBERED_MAX / 2)
    for (const [i, message] of found.entries())
      if (message !== undefined) assert.deepEqual(message, voteMessage(i))
  })

  it('are not too long', () => {
    const message = voteMessage(1)
    const remembered = new RememberedMessages()
    const longest = new Uint8Array(REMEMBERED_MESSAGE_BYTES_MAX)
    remembered.keep(longest, message)
    assert.equal(remembered.find(longest), message)
    const longer = new Uint8Array(REMEMBERED_MESSAGE_BYTES_MAX + 1)
    remembered.keep(longer, message)
    assert.equal(remembered.find(longer), undefined)
  })
})
