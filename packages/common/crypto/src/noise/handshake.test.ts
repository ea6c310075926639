import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { EMPTY_BYTES, parseHex, toHex } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { Secret } from '@wadi/base/secret'
import fc from 'fast-check'
import { chacha20Poly1305 } from '../aead/chacha20Poly1305.ts'
import { NOISE_MESSAGE_BYTES_MAX } from '../limits.ts'
import { x25519 } from '../x25519/x25519.ts'
import {
  type Handshake,
  type NoiseAlgorithms,
  type Progress,
  readMessage,
  startHandshake,
  writeMessage,
} from './handshake.ts'
import { openMessage, sealMessage, type Transport } from './transport.ts'

interface Vector {
  readonly prologue: string
  readonly initStatic: string
  readonly respStatic: string
  readonly initEphemeral: string
  readonly respEphemeral: string
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[]
}

const algorithms: NoiseAlgorithms = { x25519, chacha20Poly1305 }
const file = new URL('../../vectors/noise/xx_25519_chachapoly_sha256.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as readonly Vector[]
const keyOf = (byte: number): Secret<Uint8Array> => new Secret(new Uint8Array(32).fill(byte))

function handshakeOf(progress: Progress): Handshake {
  assert.ok(progress.kind === 'handshake')
  return progress.handshake
}

function transportOf(progress: Progress): Transport {
  assert.ok(progress.kind === 'transport')
  return progress.transport
}

/** Both ends before the messages `count` and on, with payloads of one byte. */
function exchange(count: number): readonly [Progress, Progress] {
  const ephemerals = [keyOf(3), keyOf(4), undefined]
  const ends: [Progress, Progress] = [
    { kind: 'handshake', handshake: startHandshake('initiator', keyOf(1), EMPTY_BYTES) },
    { kind: 'handshake', handshake: startHandshake('responder', keyOf(2), EMPTY_BYTES) },
  ]
  for (let turn = 0; turn < count; turn++) {
    const [writer, reader] = turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
    const payload = Uint8Array.of(turn)
    const from = handshakeOf(ends[writer])
    const written = writeMessage(algorithms, from, payload, ephemerals[turn])
    const read = readMessage(algorithms, handshakeOf(ends[reader]), written.message)
    assert.deepEqual(read.payload, payload)
    ends[writer] = written.progress
    ends[reader] = read.progress
  }
  return ends
}

describe('Noise_XX_25519_ChaChaPoly_SHA256', () => {
  for (const [index, vector] of vectors.entries()) {
    it(`writes and reads the published conversation ${index}`, () => runVector(vector))
  }

  it('leads both ends to the same session, each knowing the other', () => {
    const [initiator, responder] = exchange(3).map(transportOf) as [Transport, Transport]
    assert.deepEqual(initiator.handshakeHash, responder.handshakeHash)
    assert.deepEqual(initiator.remoteStatic, x25519.publicKey(keyOf(2).reveal()))
    assert.deepEqual(responder.remoteStatic, x25519.publicKey(keyOf(1).reveal()))
    for (const [from, to] of [
      [initiator, responder],
      [responder, initiator],
    ] as const) {
      assert.deepEqual(from.send.key.reveal(), to.receive.key.reveal())
    }
  })

  it('prints public keys and hashes, and no secret', () => {
    const printed = new Set<string>()
    for (const turn of [0, 1, 2, 3]) {
      JSON.stringify(exchange(turn), (name: string, value: unknown) => {
        if (value instanceof Uint8Array) printed.add(name)
        return value instanceof Uint8Array || typeof value === 'bigint' ? '' : value
      })
      assert.match(inspect(exchange(turn), { depth: 9, showHidden: true }), /\[redacted\]/)
    }
    const open = new Set(['hash', 'remoteEphemeral', 'remoteStatic', 'handshakeHash'])
    assert.deepEqual(printed, open)
  })

  it('refuses a message that was damaged anywhere but in the first', () => {
    for (const turn of [1, 2]) {
      const ends = exchange(turn)
      const [writer, reader] = turn === 1 ? [ends[1], ends[0]] : [ends[0], ends[1]]
      const ephemeral = turn === 1 ? keyOf(4) : undefined
      const { message } = writeMessage(algorithms, handshakeOf(writer), Uint8Array.of(7), ephemeral)
      for (let bit = 0; bit < 8 * message.length; bit += 7) {
        const changed = message.slice()
        changed[bit >> 3]! ^= 1 << (bit & 7)
        // RFC 7748 ignores the top bit of a public key, but the transcript does not.
        assert.throws(() => readMessage(algorithms, handshakeOf(reader), changed), {
          reason: 'aead.openFailed',
        })
      }
    }
  })

  it('finds out in the second message that the first was damaged', () => {
    const initiator = startHandshake('initiator', keyOf(1), EMPTY_BYTES)
    const first = writeMessage(algorithms, initiator, EMPTY_BYTES, keyOf(3))
    const changed = first.message.slice()
    changed[0]! ^= 1
    const responder = startHandshake('responder', keyOf(2), EMPTY_BYTES)
    const read = readMessage(algorithms, responder, changed)
    const second = writeMessage(algorithms, handshakeOf(read.progress), EMPTY_BYTES, keyOf(4))
    assert.throws(() => readMessage(algorithms, handshakeOf(first.progress), second.message), {
      reason: 'aead.openFailed',
    })
  })

  it('refuses messages that were cut, with a coded error at any length', () => {
    const [initiator, responder] = exchange(1)
    const payload = Uint8Array.of(7)
    const { message } = writeMessage(algorithms, handshakeOf(responder), payload, keyOf(4))
    for (let size = 0; size < message.length; size++) {
      const cut = message.subarray(0, size)
      assert.throws(() => readMessage(algorithms, handshakeOf(initiator), cut), {
        reason: size < 80 ? 'noise.truncated' : 'aead.openFailed',
      })
    }
  })

  it('refuses public keys of low order', () => {
    const [, responder] = exchange(0)
    const read = readMessage(algorithms, handshakeOf(responder), new Uint8Array(32))
    const reply = () => writeMessage(algorithms, handshakeOf(read.progress), EMPTY_BYTES, keyOf(4))
    assert.throws(reply, { reason: 'noise.lowOrder' })
  })

  it('takes turns', () => {
    const [initiator, responder] = exchange(0).map(handshakeOf) as [Handshake, Handshake]
    assert.throws(() => readMessage(algorithms, initiator, keyOf(9).reveal()), {
      reason: 'noise.outOfTurn',
    })
    assert.throws(() => writeMessage(algorithms, responder, EMPTY_BYTES, keyOf(9)), BugError)
  })

  it('reads whatever comes with a coded error or a payload', () => {
    const [initiator, responder] = exchange(1).map(handshakeOf) as [Handshake, Handshake]
    assert.equal(responder.turn, 1)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => readMessage(algorithms, initiator, bytes), { code: 1 })
      }),
      { numRuns: 40 },
    )
  })

  it('bounds every handshake message', () => {
    const [initiator, responder] = exchange(0).map(handshakeOf) as [Handshake, Handshake]
    const room = NOISE_MESSAGE_BYTES_MAX - 32
    const write = (size: number) =>
      writeMessage(algorithms, initiator, new Uint8Array(size), keyOf(3)).message
    assert.equal(readMessage(algorithms, responder, write(room)).payload.length, room)
    assert.throws(() => write(room + 1), { reason: 'noise.tooLong' })
    const tooLong = new Uint8Array(NOISE_MESSAGE_BYTES_MAX + 1)
    assert.throws(() => readMessage(algorithms, responder, tooLong), { reason: 'noise.tooLong' })
  })
})

const secretOf = (hex: string): Secret<Uint8Array> => new Secret(parseHex(hex))

function runVector(vector: Vector): void {
  const prologue = parseHex(vector.prologue)
  const ends: [Progress, Progress] = [
    {
      kind: 'handshake',
      handshake: startHandshake('initiator', secretOf(vector.initStatic), prologue),
    },
    {
      kind: 'handshake',
      handshake: startHandshake('responder', secretOf(vector.respStatic), prologue),
    },
  ]
  const ephemerals = [vector.initEphemeral, vector.respEphemeral].map(secretOf)
  for (const [turn, { payload, ciphertext }] of vector.messages.entries()) {
    // After the handshake the published conversations begin with the initiator again.
    const isInitiator = turn < 3 ? turn % 2 === 0 : turn % 2 === 1
    const [writer, reader] = isInitiator ? ([0, 1] as const) : ([1, 0] as const)
    const [from, to] = [ends[writer], ends[reader]]
    if (from.kind === 'handshake' && to.kind === 'handshake') {
      const text = parseHex(payload)
      const written = writeMessage(algorithms, from.handshake, text, ephemerals[turn])
      assert.equal(toHex(written.message), ciphertext)
      const read = readMessage(algorithms, to.handshake, written.message)
      assert.equal(toHex(read.payload), payload)
      ends[writer] = written.progress
      ends[reader] = read.progress
    } else {
      const sent = sealMessage(chacha20Poly1305, transportOf(from), parseHex(payload))
      assert.equal(toHex(sent.message), ciphertext)
      const received = openMessage(chacha20Poly1305, transportOf(to), sent.message)
      assert.equal(toHex(received.text), payload)
      ends[writer] = { kind: 'transport', transport: sent.transport }
      ends[reader] = { kind: 'transport', transport: received.transport }
    }
  }
}
