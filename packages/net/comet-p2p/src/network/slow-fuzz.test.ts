/**
 * Everything that somebody on a connection can say below the reactors of the engine, and to the one
 * for addresses: as an honest program says it, damaged, and as arbitrary bytes. Each goes over the
 * wires of a node that runs.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, EMPTY_BYTES, equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { formatMetrics } from '@wadi/base/prometheusText'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { heldBytes } from '@wadi/contracts/testing/held-bytes'
import { parseIp } from '@wadi/primitives/ip'
import { decode, encode, encodeDelimited } from '@wadi/protobuf/codec'
import { damagedMessage } from '@wadi/protobuf/testing/damaged-message'
import { AuthSignature, EphemeralKey, NodeInfo, Packet } from '@wadi/tendermint/messages/connection'
import { PexMessage } from '@wadi/tendermint/messages/pex'
import { isValidAddress } from '../address/routability.ts'
import { checkCompatible, checkNodeInfo } from '../handshake/nodeInfo.ts'
import { HANDSHAKE_MS_MAX } from '../limits.ts'
import { AddressBook } from '../pex/addressBook.ts'
import { decodePexMessage } from '../pex/messages.ts'
import { PEX_CHANNEL, PexReactor } from '../pex/pexReactor.ts'
import { FrameSealer } from '../secret/frames.ts'
import { deriveSessionKeys } from '../secret/keySchedule.ts'
import type { Wire } from '../sockets/contract.ts'
import { infoOf, RawPeer } from '../testing/rawPeer.ts'
import { ALGORITHMS, ECHO, type TestNode, TestWorld, testKey } from '../testing/testNode.ts'
import type { Network } from './network.ts'

const DAMAGED_COUNT = 25
const ARBITRARY_COUNT = 8
const BAN_MS = 10 * 60_000
const LONG_BAN_MS = 24 * 60 * 60_000
/** What so many strangers may leave behind, all of one address and one key. */
const KEPT_BYTES_MAX = 200_000
const TIMES_MAX = 4

/** Good bytes, damaged ones, and bytes that are nothing. */
function fuzzOf(good: Uint8Array, seed: bigint): readonly Uint8Array[] {
  const random = new SeededRandom(seed)
  return [
    good,
    ...Array.from({ length: DAMAGED_COUNT }, () => damagedMessage(random, good)),
    ...Array.from({ length: ARBITRARY_COUNT }, () => random.bytes(1 + randomBelow(random, 300))),
  ]
}

const HELLO_BYTES = 35
const OWN = 2

/** Somebody who dials a node and keeps to the protocol for as long as the test wants. */
class Stranger {
  readonly #world: TestWorld
  readonly #secret = new Uint8Array(32).fill(7)
  readonly hello: Uint8Array
  isEnded = false
  #wire: Wire | undefined
  #received: Uint8Array = EMPTY_BYTES

  constructor(world: TestWorld, { address }: TestNode) {
    this.#world = world
    this.hello = encodeDelimited(EphemeralKey, { value: ALGORITHMS.x25519.publicKey(this.#secret) })
    world.internet.machine(parseIp('10.1.0.1')).dial(address, (result) => {
      assert.ok(result.kind === 'connected')
      this.#wire = result.wire
      result.wire.open({
        received: (bytes) => {
          this.#received = concatBytes(this.#received, bytes)
        },
        drained: () => undefined,
        ended: () => {
          this.isEnded = true
        },
      })
    })
    world.time.settle()
  }

  say(bytes: Uint8Array): void {
    this.#wire!.write(bytes)
    this.#world.time.settle()
  }

  /** What it seals with, once it has said hello, and a proof that it holds its key. */
  session() {
    assert.ok(this.#received.length >= HELLO_BYTES)
    const remoteKey = this.#received.subarray(HELLO_BYTES - 32, HELLO_BYTES)
    const localKey = ALGORITHMS.x25519.publicKey(this.#secret)
    const secret = ALGORITHMS.x25519.agree(this.#secret, remoteKey)!
    const keys = deriveSessionKeys({ localKey, remoteKey, secret })
    const { publicKey, sign } = testKey(OWN)
    return {
      sealer: new FrameSealer(ALGORITHMS.chacha20Poly1305.useKey(keys.sendKey)),
      proof: encodeDelimited(AuthSignature, { publicKey, signature: sign(keys.challenge) }),
    }
  }

  close(): void {
    this.#wire!.close()
    this.#world.time.settle()
  }
}

/** How far a stranger keeps to the protocol, and what it says then. */
type Stage = (stranger: Stranger, fuzz: (good: Uint8Array) => Uint8Array) => void

/** A message as it travels: its length before it. */
function delimited(message: Uint8Array): Uint8Array {
  const { length } = message
  const head = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]
  return concatBytes(Uint8Array.from(head), message)
}

const STAGES: Readonly<Record<string, Stage>> = {
  'the ephemeral key': (stranger, fuzz) => stranger.say(fuzz(stranger.hello)),
  'the sealed proof': (stranger, fuzz) => {
    stranger.say(stranger.hello)
    const { sealer, proof } = stranger.session()
    stranger.say(fuzz(sealer.seal(proof)))
  },
  'the proof that is sealed': (stranger, fuzz) => {
    stranger.say(stranger.hello)
    const { sealer, proof } = stranger.session()
    stranger.say(sealer.seal(fuzz(proof)))
  },
}

/** Whatever is kept is kept each time; what the compiler of the language takes comes once. */
function assertNothingKept(again: (time: number) => void): void {
  let least = Number.POSITIVE_INFINITY
  for (let time = 0; time < TIMES_MAX && least >= KEPT_BYTES_MAX; time++) {
    const before = heldBytes()
    again(time)
    least = Math.min(least, heldBytes() - before)
  }
  assert.ok(least < KEPT_BYTES_MAX, `${least} bytes more each time`)
}

/** Says every fuzz, and again; what is left of that is measured. */
function twice(good: Uint8Array, meet: (said: Uint8Array) => void): void {
  const meetAll = (seed: number) => {
    for (const said of fuzzOf(good, BigInt(seed))) meet(said)
  }
  meetAll(1)
  assertNothingKept((time) => meetAll(2 + time))
}

/** How many connections did not become peers, as a node counts them. */
function refusedCount({ metrics }: TestNode): number {
  const found = formatMetrics(metrics.collect()).matchAll(
    /^wadi_p2p_refused_connections\S* (\d+)$/gm,
  )
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** A node, of which nothing is left in the test's own records. */
function forget({ reactor }: TestNode): void {
  reactor.messages.length = 0
  reactor.events.length = 0
}

const PACKETS: { readonly [K in Packet['kind']]: Extract<Packet, { readonly kind: K }>['body'] } = {
  ping: {},
  pong: {},
  message: { channelId: ECHO.id, eof: true, data: new Uint8Array(40).fill(5) },
}

const HEX = (bytes: Uint8Array) => toHex(bytes).slice(0, 2_000)

describe('Bad input from a peer: fuzz targets for the secret connection', () => {
  for (const [name, stage] of Object.entries(STAGES))
    it(`${name}: nothing is thrown, nobody becomes a peer, nothing is kept`, () => {
      const world = new TestWorld()
      const node = world.started(1)
      let count = 0
      const random = new SeededRandom(3n)
      const meet = (fuzz: (good: Uint8Array) => Uint8Array) => {
        const stranger = new Stranger(world, node)
        stage(stranger, fuzz)
        assert.deepEqual(node.network.peers(), [])
        // Who has said too little is waited for, and then sent away like the others.
        world.time.advance(HANDSHAKE_MS_MAX + 1)
        assert.equal(stranger.isEnded, true)
        assert.equal(refusedCount(node), ++count)
        world.time.advance(BAN_MS)
      }
      const meetAll = () => {
        meet((good) => good)
        for (let i = 0; i < DAMAGED_COUNT; i++) meet((good) => damagedMessage(random, good))
        for (let i = 0; i < ARBITRARY_COUNT; i++)
          meet(() => random.bytes(1 + randomBelow(random, 300)))
      }
      meetAll()
      assertNothingKept(meetAll)
      assert.equal(RawPeer.dial(world, OWN, node.address).isReady, true, 'others can still come')
    })

  it('a sealed frame: who changes one is dropped, and no reactor hears of it', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const said = encodeDelimited(Packet, { kind: 'message', body: PACKETS.message })
    const random = new SeededRandom(4n)
    const meet = () => {
      const peer = RawPeer.dial(world, OWN, node.address)
      assert.equal(peer.isReady, true)
      const { wire } = peer
      const write = wire.write.bind(wire)
      let sealed: Uint8Array = EMPTY_BYTES
      wire.write = (bytes) => {
        sealed = bytes
        return true
      }
      peer.say(said)
      wire.write = write
      const damaged = damagedMessage(random, sealed)
      wire.write(damaged)
      world.time.settle()
      const isIntact = equalBytes(damaged.subarray(0, sealed.length), sealed)
      assert.equal(node.reactor.messages.length, isIntact ? 1 : 0, HEX(damaged))
      const isWaitedFor = damaged.length < sealed.length || equalBytes(damaged, sealed)
      assert.equal(peer.isEnded, !isWaitedFor || (isIntact && damaged.length > 2 * sealed.length))
      // Of what is too short the rest never comes: nobody answers pings.
      world.time.advance(BAN_MS)
      assert.equal(peer.isEnded, true)
      forget(node)
    }
    const meetAll = () => {
      for (let i = 0; i < DAMAGED_COUNT; i++) meet()
    }
    meetAll()
    assertNothingKept(meetAll)
  })
})

describe('Bad input from a peer: fuzz targets for every p2p message', () => {
  it('the description of a node: a peer is who describes itself as it should, nobody else', () => {
    const world = new TestWorld()
    const node = world.started(1)
    const own = infoOf(OWN)
    const isRight = (said: Uint8Array) => {
      try {
        const info = decode(NodeInfo, said)
        checkNodeInfo(info)
        checkCompatible(infoOf(1), info)
        return info.id === own.id
      } catch (error) {
        if (error instanceof CodedError) return false
        throw error
      }
    }
    const seen = { peers: 0, others: 0 }
    twice(encode(NodeInfo, own), (said) => {
      const stranger = new Stranger(world, node)
      stranger.say(stranger.hello)
      const { sealer, proof } = stranger.session()
      stranger.say(sealer.seal(proof))
      stranger.say(sealer.seal(delimited(said)))
      const isPeer = node.network.peers().length === 1
      assert.equal(isPeer, isRight(said), HEX(said))
      assert.equal(stranger.isEnded, !isPeer)
      if (isPeer) seen.peers++
      else seen.others++
      stranger.close()
      assert.deepEqual(node.network.peers(), [])
      world.time.advance(BAN_MS)
      forget(node)
    })
    assert.ok(seen.peers > 5 && seen.others > 20, JSON.stringify(seen))
  })

  for (const [kind, body] of Object.entries(PACKETS))
    it(`a packet, ${kind}: nothing is thrown, reactors hear what is theirs, nothing is kept`, () => {
      const world = new TestWorld()
      const node = world.started(1, { reassemblyBytesMax: ECHO.messageBytesMax })
      let droppedCount = 0
      twice(encodeDelimited(Packet, { kind, body } as Packet), (said) => {
        const peer = RawPeer.dial(world, OWN, node.address)
        assert.equal(peer.isReady, true)
        peer.say(said)
        world.time.settle()
        if (peer.isEnded) droppedCount++
        for (const { channel, bytes } of node.reactor.messages)
          assert.ok(channel === ECHO.id && bytes.length <= said.length, HEX(said))
        world.time.advance(BAN_MS)
        assert.deepEqual(node.network.peers(), [])
        forget(node)
      })
      assert.ok(droppedCount >= ARBITRARY_COUNT, `${droppedCount} dropped`)
      // Nothing is held for who is gone: as much as may be held fits again.
      const peer = RawPeer.dial(world, OWN, node.address)
      for (let i = 0; i < 95; i++) peer.sayPiece(ECHO.id, new Uint8Array(1000), false)
      world.time.advance(1_000)
      assert.equal(node.network.peers()[0]?.link.mux?.heldBytes, ECHO.messageBytesMax)
    })

  const ADDRESSES = [211, 212, 213].map((index) => {
    return { id: infoOf(index).id, ip: `20.0.0.${index}`, port: 26_656 }
  })
  const ABOUT_ADDRESSES: {
    readonly [K in PexMessage['kind']]: Extract<PexMessage, { readonly kind: K }>['body']
  } = { request: {}, addresses: { addresses: ADDRESSES } }

  /** A node that looks for peers, but dials only whom the test wants. */
  function pexNode(world: TestWorld) {
    const { random, time } = world
    const book = new AddressBook({ clock: time.clock, random, routability: 'lenient' })
    const reactors = (network: Network) => {
      const log = createLogger('pex', SILENT)
      return [
        new PexReactor({ world: { clock: time.clock, timers: time, random, log }, network, book }),
      ]
    }
    const options = { channels: [ECHO], outboundPeersMax: 0, addresses: book, reactors }
    return { book, node: world.started(1, options) }
  }

  const meaningOf = (said: Uint8Array) => {
    try {
      return decodePexMessage(said).kind
    } catch (error) {
      if (error instanceof CodedError) return 'nothing'
      throw error
    }
  }

  for (const [kind, body] of Object.entries(ABOUT_ADDRESSES)) {
    const good = encode(PexMessage, { kind, body } as PexMessage)

    it(`about addresses, ${kind}, unasked: who asks nothing is banned, nothing is learned`, () => {
      const world = new TestWorld()
      const { book, node } = pexNode(world)
      const channels = Uint8Array.of(ECHO.id, PEX_CHANNEL.id)
      let index = OWN
      twice(good, (said) => {
        // Everybody is somebody else: who is banned again and again is banned for a day.
        const peer = RawPeer.dial(world, index++, node.address, { channels })
        assert.equal(peer.isReady, true)
        for (let at = 0; at === 0 || at < said.length; at += 1000) {
          const piece = said.subarray(at, at + 1000)
          peer.sayPiece(PEX_CHANNEL.id, piece, at + 1000 >= said.length)
        }
        world.time.settle()
        const isAsking = meaningOf(said) === 'request'
        assert.equal(peer.isEnded, !isAsking, HEX(said))
        if (!isAsking) assert.ok(book.isBanned(peer.id))
        assert.ok(ADDRESSES.every(({ id }) => !book.has(id)))
        peer.wire.close()
        world.time.settle()
      })
    })

    it(`about addresses, ${kind}, as an answer: only good addresses are taken`, () => {
      const world = new TestWorld()
      const { book, node } = pexNode(world)
      const other = world.started(OWN, { channels: [PEX_CHANNEL] })
      let answer: Uint8Array = EMPTY_BYTES
      other.reactor.onMessage = (peer, asked) => {
        if (meaningOf(asked) === 'request') peer.send(PEX_CHANNEL.id, answer)
      }
      twice(good, (said) => {
        answer = said
        world.connect(node, other)
        const isMessage = meaningOf(said) !== 'nothing'
        assert.equal(node.network.peers().length, isMessage ? 1 : 0, HEX(said))
        let redialed = ''
        node.network.dial(other.address, (outcome) => {
          redialed = outcome.kind === 'failed' ? outcome.why : outcome.kind
        })
        assert.equal(redialed, isMessage ? 'already' : 'banned')
        for (const address of book.selection()) assert.ok(isValidAddress(address))
        node.network.disconnect(other.network.id, 'said enough')
        world.time.advance(isMessage ? 1_000 : LONG_BAN_MS)
        forget(other)
      })
      assert.ok(book.size <= 20, `${book.size} addresses`)
      if (kind === 'addresses') assert.ok(ADDRESSES.every(({ id }) => book.has(id)))
    })
  }
})
