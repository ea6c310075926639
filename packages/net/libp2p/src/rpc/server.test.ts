import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Connection, type PeerId, type Stream, StreamMessageEvent } from '@libp2p/interface'
import { createLogger, SILENT } from '@wadi/base/log'
import { encode } from '@wadi/cbor/codec'
import { frameOf } from '@wadi/cbor/framing'
import type { Reply, Request, Respondent } from '@wadi/contracts/runtime-network'
import { PublicKey } from '@wadi/primitives/publicKey'
import { keyOf, peerIdOf } from '../host/peerNames.ts'
import {
  ANSWERS_BYTES_MAX,
  ANSWERS_PER_PEER_BYTES_MAX,
  REQUESTS_BYTES_MAX,
  REQUESTS_MAX,
  REQUESTS_PER_PROTOCOL_MAX,
} from '../limits.ts'
import { signerOf } from '../testing/keys.ts'
import { RpcRequest } from './messages.ts'
import { RequestRoom, serveStream } from './server.ts'

const peerOf = (i: number) => PublicKey.check(new Uint8Array(32).fill(i))
const PEER = peerOf(1)
const PROTOCOL = 'protocol'

describe('the room for requests', () => {
  it('has so many places, and one more when somebody leaves', () => {
    const room = new RequestRoom()
    const places = Array.from({ length: REQUESTS_MAX }, (_, i) => room.enter(PEER, `${i}`))
    assert.ok(places.every((place) => place !== undefined))
    assert.equal(room.enter(PEER, 'one more'), undefined)
    places[0]!.leave()
    assert.ok(room.enter(PEER, 'one more') !== undefined)
  })

  it('REQUESTS_PER_PROTOCOL_MAX: has so many places for one peer in one protocol', () => {
    const room = new RequestRoom()
    const enter = () => room.enter(PEER, PROTOCOL)
    const places = Array.from({ length: REQUESTS_PER_PROTOCOL_MAX }, enter)
    assert.ok(places.every((place) => place !== undefined))
    assert.equal(enter(), undefined)
    const others = [room.enter(PEER, 'other'), room.enter(peerOf(2), PROTOCOL)]
    assert.ok(others.every((place) => place !== undefined))
    places[0]!.leave()
    const last = enter()
    assert.ok(last !== undefined)
    for (const place of [...places.slice(1), ...others, last]) place!.leave()
    assert.ok(room.isEmpty)
  })

  it('holds so many bytes of all requests together', () => {
    const room = new RequestRoom()
    const [one, other] = [room.enter(PEER, PROTOCOL)!, room.enter(PEER, PROTOCOL)!]
    assert.equal(one.hold(REQUESTS_BYTES_MAX - 1), true)
    assert.equal(other.hold(1), true)
    assert.equal(other.hold(1), false)
    one.leave()
    assert.equal(other.hold(1), true)
    other.leave()
    assert.ok(room.isEmpty)
  })
})

describe('Bad input from peers: those that ask and do not read', () => {
  it('ANSWERS_PER_PEER_BYTES_MAX: have so many bytes of answers kept for them', () => {
    const room = new RequestRoom()
    const [one, again, other] = [
      room.enter(PEER, PROTOCOL)!,
      room.enter(PEER, PROTOCOL)!,
      room.enter(peerOf(2), PROTOCOL)!,
    ]
    assert.equal(one.holdAnswer(ANSWERS_PER_PEER_BYTES_MAX - 1), true)
    assert.equal(again.holdAnswer(1), true)
    assert.equal(again.holdAnswer(1), false)
    assert.equal(other.holdAnswer(ANSWERS_PER_PEER_BYTES_MAX), true)
    one.leave()
    assert.equal(again.holdAnswer(1), true)
    for (const place of [again, other]) place.leave()
    assert.ok(room.isEmpty)
  })

  it('ANSWERS_BYTES_MAX: have so many bytes kept for all of them', () => {
    const room = new RequestRoom()
    const count = ANSWERS_BYTES_MAX / ANSWERS_PER_PEER_BYTES_MAX
    const places = Array.from({ length: count }, (_, i) => room.enter(peerOf(i), PROTOCOL)!)
    for (const place of places) assert.ok(place.holdAnswer(ANSWERS_PER_PEER_BYTES_MAX))
    const one = room.enter(peerOf(99), PROTOCOL)!
    assert.equal(one.holdAnswer(1), false)
    places[0]!.leave()
    assert.equal(one.holdAnswer(1), true)
    for (const place of [...places.slice(1), one]) place.leave()
    assert.ok(room.isEmpty)
  })

  it('are not answered where that is too much, and the place is free again', async () => {
    const peer = peerIdOf(PublicKey.check(signerOf('greedy').publicKey))
    const room = new RequestRoom()
    const before = room.enter(keyOf(peer)!, PROTOCOL)!
    before.holdAnswer(ANSWERS_PER_PEER_BYTES_MAX - 1)
    const respondent: Respondent = (_, reply) => reply({ kind: 'ok', body: Uint8Array.of(0xf6) })
    const { stream, served } = ask(peer, room, respondent)
    await served
    assert.equal(stream.status, 'aborted')
    assert.equal(stream.sentCount, 0)
    before.leave()
    assert.ok(room.isEmpty)
  })
})

describe('Bad input from peers: those that ask and do not wait', () => {
  it('keep their places until there is an answer, and whoever makes it is told', async () => {
    const peer = peerIdOf(PublicKey.check(signerOf('hasty').publicKey))
    const room = new RequestRoom()
    const heard: { readonly request: Request; readonly reply: (reply: Reply) => void }[] = []
    const respondent: Respondent = (request, reply) => void heard.push({ request, reply })
    const asked = Array.from({ length: REQUESTS_PER_PROTOCOL_MAX + 1 }, () =>
      ask(peer, room, respondent),
    )
    await turn()
    for (const { stream } of asked) stream.abort()
    await turn()
    assert.equal(heard.length, REQUESTS_PER_PROTOCOL_MAX)
    assert.ok(heard.every(({ request }) => request.signal?.aborted))
    assert.ok(!room.isEmpty)
    for (const { reply } of heard) reply({ kind: 'ok', body: Uint8Array.of(0xf6) })
    for (const { served, stream } of asked) {
      await served
      assert.equal(stream.sentCount, 0)
    }
    assert.ok(room.isEmpty)
  })
})

/** A question of a peer, which is whole. */
function ask(peer: PeerId, room: RequestRoom, respondent: Respondent) {
  const stream = new FakeStream()
  const log = createLogger('test', SILENT)
  const connection = { remotePeer: peer } as unknown as Connection
  const serving = { protocol: PROTOCOL, respondent, room, log }
  const served = serveStream(serving, stream as unknown as Stream, connection)
  stream.come(frameOf(encode(RpcRequest, { method: 'Echo', body: Uint8Array.of(7) })))
  return { stream, served }
}

/** As much of a stream as is used here. */
class FakeStream extends EventTarget {
  status = 'open'
  readableEnded = false
  readBufferLength = 0
  sentCount = 0

  come(bytes: Uint8Array): void {
    this.dispatchEvent(new StreamMessageEvent(bytes))
  }

  send(): boolean {
    this.sentCount++
    return true
  }

  abort(): void {
    this.status = 'aborted'
    this.dispatchEvent(new Event('close'))
  }
}
