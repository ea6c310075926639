import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { SERVER_SESSIONS_OF_PEER_MAX, SESSION_STALE_SECONDS } from '../limits.ts'
import { echo, runAlone, saying, TestPeer, TestServer } from '../testing/testPeer.ts'
import { SERVER_LIMITS } from './rpcServer.ts'

const ONE = Uint8Array.of(1)
const refused = (code: number, message: string) => ({ module: 'demux', code, message })
const SESSION_OVER = refused(4, 'decrypt error')

describe('sessions with an enclave', () => {
  it('shake hands, carry calls, and are closed', () => {
    const server = new TestServer()
    const peer = new TestPeer(server, 1).connect()
    for (const args of [ONE, Uint8Array.of(2)]) {
      const answer = peer.open(peer.send(peer.call('echo', args)))
      assert.deepEqual(answer, {
        kind: 'Response',
        body: { body: { kind: 'Success', body: args } },
      })
    }
    const closing = peer.seal({ kind: 'Close', body: undefined })
    assert.deepEqual(peer.open(peer.send(closing)), { kind: 'Close', body: undefined })
    assert.equal(server.server.sessionCount, 0)
  })

  it('of two peers do not meet, even under the same number', () => {
    const server = new TestServer()
    const [a, b] = [new TestPeer(server, 1).connect(), new TestPeer(server, 2).connect()]
    assert.equal(server.server.sessionCount, 2)
    const frame = a.call('echo', ONE)
    assert.throws(() => b.send(frame), SESSION_OVER)
    assert.equal(a.open(a.send(frame)).kind, 'Response')
  })

  it('are over after a frame that was replayed, and no other session is', () => {
    const server = new TestServer()
    const [peer, other] = [new TestPeer(server, 1).connect(), new TestPeer(server, 1, 1).connect()]
    const frame = peer.call('echo', ONE)
    peer.open(peer.send(frame))
    assert.throws(() => peer.send(frame), SESSION_OVER)
    assert.equal(server.server.sessionCount, 1)
    assert.equal(other.open(other.send(other.call('echo', ONE))).kind, 'Response')
  })

  it('take no messages out of order, and none that was damaged anywhere', () => {
    const server = new TestServer()
    const late = new TestPeer(server, 1).connect()
    const first = late.call('echo', ONE)
    assert.throws(() => late.send(late.call('echo', ONE)), SESSION_OVER)
    // Now this is the beginning of a session: it shows nothing, and leads nowhere.
    assert.notEqual(late.send(first).length, 0)
    const damaged = new TestPeer(server, 2).connect()
    const { payload } = { payload: damaged.call('echo', ONE) }
    assert.throws(() => damaged.send(payload.with(45, payload[45]! ^ 1)), CodedError)
  })

  it('are not continued by who has not begun them', () => {
    const server = new TestServer()
    const peer = new TestPeer(server, 1)
    assert.throws(() => peer.send(peer.frame(new Uint8Array(31))), refused(4, 'input error'))
    const reply = peer.send(peer.begin())
    const second = peer.begin(reply)
    const stranger = new TestServer()
    assert.notEqual(stranger.take(1, second).length, 0)
    assert.throws(() => stranger.take(1, second), SESSION_OVER)
    assert.equal(stranger.server.sessionCount, 0)
  })

  it('refuse a call that is another one than nodes on the way were told, and go on', () => {
    const server = new TestServer()
    const peer = new TestPeer(server, 1).connect()
    const lie = peer.seal({ kind: 'Request', body: { method: 'a', args: ONE } }, 'b')
    assert.throws(() => peer.send(lie), refused(2, 'malformed request method'))
    assert.equal(peer.open(peer.send(peer.call('echo', ONE))).kind, 'Response')
  })

  it('take no responses', () => {
    const peer = new TestPeer(new TestServer(), 1).connect()
    const body = { body: { kind: 'Success', body: ONE } } as const
    const frame = peer.seal({ kind: 'Response', body })
    const message = 'invalid RPC message type'
    assert.throws(() => peer.send(frame), { module: 'rhp/dispatcher', code: 1, message })
  })

  it('refuse an answer that no message of Noise can hold, and go on', () => {
    const server = new TestServer(({ method }) =>
      saying({ body: { kind: 'Error', body: 'x'.repeat(method === 'long' ? 65_535 : 1) } }),
    )
    const peer = new TestPeer(server, 1).connect()
    const frame = peer.call('long', ONE)
    const message = 'input error'
    assert.throws(() => peer.send(frame), { module: 'rhp/dispatcher', code: 1, message })
    assert.equal(peer.open(peer.send(peer.call('short', ONE))).kind, 'Response')
  })

  it('work on one call at a time', () => {
    const server = new TestServer(function* () {
      yield { kind: 'pause', milliseconds: 1 }
      return { body: { kind: 'Success', body: ONE } }
    })
    const peer = new TestPeer(server, 1).connect()
    const slow = server.server.serve(Uint8Array.of(1, 0), peer.call('slow', ONE))
    assert.equal(slow.next().done, false)
    const message = 'session is in use'
    const second = peer.call('slow', ONE)
    assert.throws(() => peer.send(second), { module: 'rhp/dispatcher', code: 1, message })
    const step = slow.next(undefined)
    assert.ok(step.done)
    assert.equal(peer.open(step.value).kind, 'Response')
  })
})

describe('a flood of sessions', () => {
  it(`of one peer keeps the last ${SERVER_SESSIONS_OF_PEER_MAX} of them`, () => {
    const server = new TestServer()
    const peers = Array.from({ length: SERVER_SESSIONS_OF_PEER_MAX + 1 }, (_, i) =>
      new TestPeer(server, 1, i).connect(),
    )
    assert.equal(server.server.sessionCount, SERVER_SESSIONS_OF_PEER_MAX)
    const [first, second] = peers as [TestPeer, TestPeer]
    assert.equal(second.open(second.send(second.call('echo', ONE))).kind, 'Response')
    // The one that was used longest ago had to go; its frame begins another one.
    first.send(first.call('echo', ONE))
    assert.equal(server.server.sessionCount, SERVER_SESSIONS_OF_PEER_MAX)
  })

  it('of many peers is refused, until one is stale', () => {
    const limits = { ...SERVER_LIMITS, countMax: 12 }
    const server = new TestServer(echo, limits)
    const begin = (peer: number) => new TestPeer(server, peer).frame(new Uint8Array(32).fill(9))
    for (let peer = 0; peer < limits.countMax; peer++) server.take(peer, begin(peer))
    assert.equal(server.server.sessionCount, limits.countMax)
    const message = 'sessions error: max concurrent sessions reached'
    const newcomer = limits.countMax
    assert.throws(() => server.take(newcomer, begin(newcomer)), refused(3, message))
    server.clock.advance(1_000 * SESSION_STALE_SECONDS - 1)
    assert.throws(() => server.take(newcomer, begin(newcomer)), refused(3, message))
    server.clock.advance(1)
    assert.equal(server.take(newcomer, begin(newcomer)).length, 96)
    assert.equal(server.server.sessionCount, limits.countMax)
    // Whoever has a session loses that one for another, and takes nobody else's.
    const known = new TestPeer(server, 7, 1)
    server.take(7, known.frame(new Uint8Array(32).fill(9)))
    assert.equal(server.server.sessionCount, limits.countMax)
  })
})

describe('frames of any shape', () => {
  it('are answered, or refused with the number of what is wrong', () => {
    const good = new TestPeer(new TestServer(), 1)
    const frames = [good.begin(), good.frame(new Uint8Array(0)), Uint8Array.of(0xf6)]
    const damaged = fc
      .tuple(fc.constantFrom(...frames), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([bytes, at, byte]) => bytes.with(at % bytes.length, byte))
    const frame = fc.oneof(fc.uint8Array({ maxLength: 120 }), damaged)
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 2 }), frame), { maxLength: 6 }), (all) => {
        const server = new TestServer()
        for (const [peer, bytes] of all) {
          try {
            assert.ok(server.take(peer, bytes).length >= 96)
          } catch (error) {
            assert.ok(error instanceof CodedError && error.module === 'demux', String(error))
            assert.ok([1, 3, 4].includes(error.code))
          }
        }
        assert.ok(server.server.sessionCount <= all.length)
      }),
      { numRuns: 60 },
    )
  })

  it('that cannot be read leave no session behind', () => {
    const server = new TestServer()
    const malformed = (bytes: Uint8Array, what: string) =>
      assert.throws(
        () => runAlone(server.server.serve(ONE, bytes)),
        refused(1, `malformed payload: ${what}`),
      )
    malformed(Uint8Array.of(0xff), 'parsing failed')
    malformed(Uint8Array.of(0x01), 'unexpected type')
    malformed(Uint8Array.of(0xa1, 0x61, 0x61, 0x01), 'unknown field')
    assert.equal(server.server.sessionCount, 0)
  })
})
