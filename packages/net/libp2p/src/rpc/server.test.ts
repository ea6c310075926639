import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Connection, type Stream, StreamMessageEvent } from '@libp2p/interface'
import { createLogger, SILENT } from '@wadi/base/log'
import { encode } from '@wadi/cbor/codec'
import { frameOf } from '@wadi/cbor/framing'
import type { Respondent } from '@wadi/contracts/runtime-network'
import { PublicKey } from '@wadi/primitives/publicKey'
import { keyOf, peerIdOf } from '../host/peerNames.ts'
import {
  ANSWERS_BYTES_MAX,
  ANSWERS_PER_PEER_BYTES_MAX,
  REQUESTS_BYTES_MAX,
  REQUESTS_MAX,
} from '../limits.ts'
import { signerOf } from '../testing/keys.ts'
import { RpcRequest } from './messages.ts'
import { RequestRoom, serveStream } from './server.ts'

const peerOf = (i: number) => PublicKey.check(new Uint8Array(32).fill(i))
const PEER = peerOf(1)

describe('the room for requests', () => {
  it('has so many places, and one more when somebody leaves', () => {
    const room = new RequestRoom()
    const places = Array.from({ length: REQUESTS_MAX }, () => room.enter(PEER))
    assert.ok(places.every((place) => place !== undefined))
    assert.equal(room.enter(PEER), undefined)
    places[0]!.leave()
    assert.ok(room.enter(PEER) !== undefined)
  })

  it('holds so many bytes of all requests together', () => {
    const room = new RequestRoom()
    const [one, other] = [room.enter(PEER)!, room.enter(PEER)!]
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
    const [one, again, other] = [room.enter(PEER)!, room.enter(PEER)!, room.enter(peerOf(2))!]
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
    const places = Array.from({ length: count }, (_, i) => room.enter(peerOf(i))!)
    for (const place of places) assert.ok(place.holdAnswer(ANSWERS_PER_PEER_BYTES_MAX))
    const one = room.enter(peerOf(99))!
    assert.equal(one.holdAnswer(1), false)
    places[0]!.leave()
    assert.equal(one.holdAnswer(1), true)
    for (const place of [...places.slice(1), one]) place.leave()
    assert.ok(room.isEmpty)
  })

  it('are not answered where that is too much, and the place is free again', async () => {
    const peer = peerIdOf(PublicKey.check(signerOf('greedy').publicKey))
    const room = new RequestRoom()
    const before = room.enter(keyOf(peer)!)!
    before.holdAnswer(ANSWERS_PER_PEER_BYTES_MAX - 1)
    const stream = new FakeStream()
    const respondent: Respondent = (_, reply) => reply({ kind: 'ok', body: Uint8Array.of(0xf6) })
    const log = createLogger('test', SILENT)
    const connection = { remotePeer: peer } as unknown as Connection
    const served = serveStream({ respondent, room, log }, stream as unknown as Stream, connection)
    stream.come(frameOf(encode(RpcRequest, { method: 'Echo', body: Uint8Array.of(7) })))
    await served
    assert.equal(stream.status, 'aborted')
    assert.equal(stream.sentCount, 0)
    before.leave()
    assert.ok(room.isEmpty)
  })
})

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
