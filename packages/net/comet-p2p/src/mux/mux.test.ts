import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { BugError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Channel } from '@wadi/contracts/peers'
import { encodeDelimited } from '@wadi/protobuf/codec'
import { Packet } from '@wadi/tendermint/messages/connection'
import fc from 'fast-check'
import { DelimitedReader } from '../delimitedReader.ts'
import {
  CHANNEL_ID_MAX,
  IDLE_PACKETS_PER_SECOND_MAX,
  PACKET_BYTES_MAX,
  PING_INTERVAL_MS,
  PONG_MS_MAX,
} from '../limits.ts'
import { Mux } from './mux.ts'
import { decodePacket, PING, PONG } from './packet.ts'

const HIGH: Channel = { id: 1, priority: 10, sendQueueMax: 100, messageBytesMax: 200_000 }
const LOW: Channel = { id: 127, priority: 1, sendQueueMax: 2, messageBytesMax: 5000 }
const FAST = 1_000_000_000

/** A multiplexer, what it wrote and what it told. */
class Side {
  readonly time: VirtualTime
  readonly mux: Mux
  written: Uint8Array = EMPTY_BYTES
  readonly messages: { readonly channel: number; readonly message: Uint8Array }[] = []
  readonly told: string[] = []
  heldBytes = 0
  hasRoom = true

  constructor(time: VirtualTime, rate = FAST) {
    this.time = time
    this.mux = new Mux({
      clock: time.clock,
      timers: time,
      channels: [HIGH, LOW],
      sendBytesPerSecond: rate,
      events: {
        write: (bytes) => {
          this.written = concatBytes(this.written, bytes)
          return this.hasRoom
        },
        received: (channel, message) => void this.messages.push({ channel, message }),
        drained: (channel) => void this.told.push(`drained ${channel}`),
        unanswered: () => void this.told.push('unanswered'),
        held: (bytes) => {
          this.heldBytes += bytes
        },
      },
    })
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    this.time.settle()
    const { written } = this
    this.written = EMPTY_BYTES
    return written
  }
}

function side(rate?: number): Side {
  return new Side(new VirtualTime(), rate)
}

/** The channels of the packets, in their order. */
function channelsOf(bytes: Uint8Array): readonly number[] {
  const reader = new DelimitedReader(PACKET_BYTES_MAX)
  reader.push(bytes)
  const ids: number[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    const packet = decodePacket(next)
    if (packet.kind === 'message') ids.push(packet.channelId)
  }
  return ids
}

const piece = (channelId: number, data: Uint8Array, eof: boolean) =>
  encodeDelimited(Packet, { kind: 'message', body: { channelId, eof, data } })

describe('Mux', () => {
  it('carries messages of any size whole, in order, in any pieces', () => {
    const sizes = fc.array(fc.nat(5000), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 3000 }), (lengths, chunk) => {
        const [from, to] = [side(), side()]
        const random = new SeededRandom(1n)
        const messages = lengths.map((length) => random.bytes(length))
        for (const message of messages) assert.ok(from.mux.send(HIGH.id, message))
        const bytes = from.take()
        for (let at = 0; at < bytes.length; at += chunk)
          to.mux.receive(bytes.subarray(at, at + chunk))
        assert.deepEqual(
          to.messages.map(({ message }) => message),
          messages,
        )
      }),
      { numRuns: 30 },
    )
  })

  it("gives messages that are the receiver's to keep", () => {
    const to = side()
    const bytes = piece(1, Uint8Array.of(1, 2, 3), true)
    to.mux.receive(bytes)
    bytes.fill(0)
    assert.deepEqual(to.messages[0]!.message, Uint8Array.of(1, 2, 3))
  })

  it('shares the connection by priority', () => {
    const from = side()
    const long = new Uint8Array(5000)
    for (let i = 0; i < 20; i++) from.mux.send(HIGH.id, long)
    from.mux.send(LOW.id, long)
    const ids = channelsOf(from.take())
    assert.equal(ids.length, 105)
    // One piece of the lower to each ten of the higher, from the beginning on.
    const turns = ids.flatMap((id, i) => (id === LOW.id ? [i] : []))
    assert.deepEqual(turns, [1, 12, 23, 34, 45])
  })

  it('forgets a fifth of what a channel has sent every two seconds', () => {
    const from = side()
    for (let i = 0; i < 20; i++) from.mux.send(HIGH.id, new Uint8Array(1024))
    from.take()
    from.time.advance(120_000)
    from.mux.send(HIGH.id, new Uint8Array(2048))
    from.mux.send(LOW.id, new Uint8Array(2048))
    // By now both have sent next to nothing: they take turns from the start.
    assert.deepEqual(channelsOf(from.take()), [HIGH.id, LOW.id, HIGH.id, LOW.id])
  })

  it('takes as many messages as fit its queue, and tells when there is room again', () => {
    const from = side()
    assert.ok(from.mux.send(LOW.id, Uint8Array.of(1)))
    assert.ok(from.mux.canSend(LOW.id))
    assert.ok(from.mux.send(LOW.id, Uint8Array.of(2)))
    assert.equal(from.mux.canSend(LOW.id), false)
    assert.equal(from.mux.send(LOW.id, Uint8Array.of(3)), false)
    assert.deepEqual(from.told, [])
    from.take()
    assert.deepEqual(from.told, ['drained 127'])
    assert.ok(from.mux.canSend(LOW.id))
  })

  it('does not tell of room that nobody has missed', () => {
    const from = side()
    from.mux.send(LOW.id, Uint8Array.of(1))
    from.take()
    assert.deepEqual(from.told, [])
  })

  it('writes nothing before the call returns, and then everything at once', () => {
    const from = side()
    from.mux.send(HIGH.id, Uint8Array.of(1))
    from.mux.send(HIGH.id, Uint8Array.of(2))
    assert.equal(from.written.length, 0)
    assert.equal(channelsOf(from.take()).length, 2)
  })

  it('waits while nobody takes what it writes', () => {
    const from = side()
    from.hasRoom = false
    for (let i = 0; i < 100; i++) from.mux.send(HIGH.id, new Uint8Array(10_000))
    const first = from.take()
    assert.ok(first.length <= 65_536)
    assert.equal(from.take().length, 0)
    from.hasRoom = true
    from.mux.writable()
    assert.equal(channelsOf(first).length + channelsOf(from.take()).length, 1000)
  })

  it('sends no more than its rate', () => {
    const from = side(10_000)
    for (let i = 0; i < 5; i++) from.mux.send(HIGH.id, new Uint8Array(20_000))
    from.time.settle()
    const burst = from.take().length
    from.time.advance(1000)
    assert.equal(from.take().length, 0)
    from.time.advance(9000)
    assert.ok(burst + from.take().length >= 100_000)
  })

  it('answers pings, and asks once a minute', () => {
    const to = side()
    to.mux.receive(PING)
    assert.deepEqual(to.take(), PONG)
    to.time.advance(PING_INTERVAL_MS)
    assert.deepEqual(to.take(), PING)
    to.mux.receive(PONG)
    to.time.advance(PING_INTERVAL_MS - 1)
    assert.deepEqual(to.told, [])
  })

  it('says when nobody answers', () => {
    const to = side()
    to.time.advance(PING_INTERVAL_MS + PONG_MS_MAX - 1)
    assert.deepEqual(to.told, [])
    to.time.advance(1)
    assert.deepEqual(to.told, ['unanswered'])
  })

  it('answers a flood of pings once', () => {
    const to = side()
    for (let i = 0; i < IDLE_PACKETS_PER_SECOND_MAX; i++) to.mux.receive(PING)
    assert.deepEqual(to.take(), PONG)
  })

  it('refuses a message that grows beyond its channel, and takes one of that size', () => {
    const to = side()
    const whole = new Uint8Array(LOW.messageBytesMax)
    for (let at = 0; at < whole.length; at += 1000)
      to.mux.receive(piece(LOW.id, whole.subarray(at, at + 1000), at + 1000 === whole.length))
    assert.deepEqual(to.messages[0]!.message, whole)
    for (let at = 0; at < 5; at++) to.mux.receive(piece(LOW.id, new Uint8Array(1000), false))
    assert.throws(() => to.mux.receive(piece(LOW.id, Uint8Array.of(1), true)), {
      reason: 'p2p.messageTooLong',
    })
  })

  it('takes a packet of the bound and refuses a longer one before it has come', () => {
    const to = side()
    const full = piece(HIGH.id, new Uint8Array(1024), true)
    assert.equal(full.length, 2 + PACKET_BYTES_MAX)
    to.mux.receive(full)
    assert.equal(to.messages.length, 1)
    const longer = Uint8Array.of(
      ((PACKET_BYTES_MAX + 1) & 0x7f) | 0x80,
      (PACKET_BYTES_MAX + 1) >> 7,
    )
    assert.throws(() => to.mux.receive(longer), { reason: 'protobuf.frameTooLarge' })
  })

  it('refuses packets on channels that nobody has', () => {
    assert.throws(() => side().mux.receive(piece(2, EMPTY_BYTES, true)), {
      reason: 'p2p.unknownChannel',
    })
  })

  it('counts what it keeps of messages that are not whole, and forgets it', () => {
    const to = side()
    for (let i = 0; i < 100; i++) to.mux.receive(piece(HIGH.id, new Uint8Array(1000), false))
    assert.ok(to.heldBytes >= 100_000 && to.heldBytes <= 200_000)
    assert.equal(to.mux.heldBytes, to.heldBytes)
    to.mux.receive(piece(HIGH.id, EMPTY_BYTES, true))
    assert.equal(to.messages[0]!.message.length, 100_000)
    assert.equal(to.heldBytes, 0)
    to.mux.receive(piece(HIGH.id, new Uint8Array(1000), false))
    to.mux.stop()
    assert.equal(to.heldBytes, 0)
  })

  it('keeps little of a message that comes byte by byte', () => {
    const to = side()
    for (let i = 0; i < 3000; i++) {
      if (i % IDLE_PACKETS_PER_SECOND_MAX === 0) to.time.advance(1000)
      to.mux.receive(piece(LOW.id, Uint8Array.of(i), false))
    }
    assert.ok(to.heldBytes <= LOW.messageBytesMax)
  })

  it('tells nothing after it was stopped, also from within', () => {
    const to = side()
    const two = concatBytes(piece(1, Uint8Array.of(1), true), piece(1, Uint8Array.of(2), true))
    const stopping = new Mux({
      clock: to.time.clock,
      timers: to.time,
      channels: [HIGH],
      sendBytesPerSecond: FAST,
      events: {
        write: () => true,
        received: (_channel, message) => {
          to.messages.push({ channel: 1, message })
          stopping.stop()
        },
        drained: () => undefined,
        unanswered: () => void to.told.push('unanswered'),
        held: () => undefined,
      },
    })
    stopping.receive(two)
    to.time.advance(10 * PING_INTERVAL_MS)
    assert.equal(to.messages.length, 1)
    assert.equal(stopping.send(1, EMPTY_BYTES), false)
    assert.equal(stopping.canSend(1), false)
  })

  it('takes it for a bug to send too much, or where no reactor is', () => {
    const from = side()
    assert.throws(() => from.mux.send(LOW.id, new Uint8Array(5001)), BugError)
    assert.throws(() => from.mux.send(99, EMPTY_BYTES), BugError)
  })

  it('takes channels up to the last whose packets the reference takes', () => {
    const open = (id: number) => {
      const time = new VirtualTime()
      const events = {
        write: () => true,
        received: () => undefined,
        drained: () => undefined,
        unanswered: () => undefined,
        held: () => undefined,
      }
      const world = { clock: time.clock, timers: time }
      return new Mux({ ...world, channels: [{ ...LOW, id }], sendBytesPerSecond: FAST, events })
    }
    assert.doesNotThrow(() => open(CHANNEL_ID_MAX))
    assert.throws(() => open(CHANNEL_ID_MAX + 1), BugError)
  })
})
