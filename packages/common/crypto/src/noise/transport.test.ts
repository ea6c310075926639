import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Secret } from '@wadi/base/secret'
import { chacha20Poly1305 as aead } from '../aead/chacha20Poly1305.ts'
import { NOISE_MESSAGE_BYTES_MAX } from '../limits.ts'
import { openMessage, sealMessage, type Transport } from './transport.ts'

const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

function transportAt(counter: bigint): readonly [Transport, Transport] {
  const [one, other] = [
    { key: new Secret(keyOf(1)), counter },
    { key: new Secret(keyOf(2)), counter },
  ]
  const common = { handshakeHash: keyOf(3), remoteStatic: keyOf(4) }
  return [
    { ...common, send: one, receive: other },
    { ...common, send: other, receive: one },
  ]
}

describe('Noise transport', () => {
  it('opens messages in the order in which they were sealed, each once', () => {
    let [alice, bob] = transportAt(0n)
    const messages: Uint8Array[] = []
    for (const byte of [1, 2, 3]) {
      const sent = sealMessage(aead, alice, Uint8Array.of(byte))
      alice = sent.transport
      messages.push(sent.message)
    }
    const [first, second] = messages as [Uint8Array, Uint8Array]
    const refused = { reason: 'aead.openFailed' }
    assert.throws(() => openMessage(aead, bob, second), refused)
    const received = openMessage(aead, bob, first)
    assert.deepEqual(received.text, Uint8Array.of(1))
    bob = received.transport
    assert.throws(() => openMessage(aead, bob, first), refused)
    assert.deepEqual(openMessage(aead, bob, second).text, Uint8Array.of(2))
  })

  it('does not open its own messages', () => {
    const [alice] = transportAt(0n)
    const { message } = sealMessage(aead, alice, Uint8Array.of(1))
    assert.throws(() => openMessage(aead, alice, message), { reason: 'aead.openFailed' })
  })

  it('ends before the last nonce', () => {
    const last = 2n ** 64n - 2n
    const [alice, bob] = transportAt(last)
    const sent = sealMessage(aead, alice, Uint8Array.of(1))
    const received = openMessage(aead, bob, sent.message)
    const exhausted = { reason: 'noise.nonceExhausted' }
    assert.throws(() => sealMessage(aead, sent.transport, Uint8Array.of(1)), exhausted)
    assert.throws(() => openMessage(aead, received.transport, sent.message), exhausted)
  })

  it('takes a message of 65535 bytes and not one more', () => {
    const [alice, bob] = transportAt(0n)
    const room = NOISE_MESSAGE_BYTES_MAX - 16
    const { message } = sealMessage(aead, alice, new Uint8Array(room))
    assert.equal(message.length, NOISE_MESSAGE_BYTES_MAX)
    assert.equal(openMessage(aead, bob, message).text.length, room)
    const tooLong = { reason: 'noise.tooLong' }
    assert.throws(() => sealMessage(aead, alice, new Uint8Array(room + 1)), tooLong)
    const longer = new Uint8Array(NOISE_MESSAGE_BYTES_MAX + 1)
    assert.throws(() => openMessage(aead, bob, longer), tooLong)
  })

  it('refuses a message shorter than a tag', () => {
    const [alice] = transportAt(0n)
    for (const size of [0, 15]) {
      const short = new Uint8Array(size)
      assert.throws(() => openMessage(aead, alice, short), { reason: 'aead.openFailed' })
    }
  })
})
