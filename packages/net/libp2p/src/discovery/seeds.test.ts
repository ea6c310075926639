import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode, encode } from '@wadi/cbor/codec'
import { type NodeAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import {
  DISCOVERED_MAX,
  DISCOVERED_MS,
  MALICIOUS_SEED_MS,
  NOBODY_FOUND_MS,
  REGISTRATION_MS,
  SEED_AGAIN_MS_FIRST,
} from '../limits.ts'
import { key } from '../testing/keys.ts'
import { decodePeerInfo, encodePeerInfo } from './peerInfo.ts'
import { Registrations } from './registrations.ts'
import { SeedClient } from './seedClient.ts'
import {
  ADVERTISE,
  AdvertiseRequest,
  AdvertiseResponse,
  DISCOVER,
  DiscoverRequest,
  DiscoverResponse,
} from './seedMessages.ts'
import { answerAsSeed } from './seedService.ts'

const PUBLIC = parseNodeAddress('8.8.8.8:9200')
const PRIVATE = parseNodeAddress('10.0.0.1:9200')
const HOUR_NS = 3_600_000_000_000n

function seed(reach: 'routable' | 'any' = 'routable') {
  const time = new VirtualTime()
  const registrations = new Registrations(time.clock)
  const options = { registrations, random: new SeededRandom(1n), reach }
  const ask = (
    method: string,
    body: Uint8Array,
    from = 1,
    at: readonly NodeAddress[] = [PUBLIC],
  ) => {
    const reply = answerAsSeed(options, { method, body, from: key(from) }, at)
    assert.ok(reply.kind === 'ok')
    return reply.body
  }
  const discover = (namespace: string, limit = 0n) =>
    decode(DiscoverResponse, ask(DISCOVER, encode(DiscoverRequest, { namespace, limit }))).peers ??
    []
  const advertise = (from: number, at?: readonly NodeAddress[]) =>
    decode(
      AdvertiseResponse,
      ask(ADVERTISE, encode(AdvertiseRequest, { namespace: 'a' }), from, at),
    )
  return { time, ask, discover, advertise, registrations }
}

describe('a seed', () => {
  it('remembers who has something, and where others reach it', () => {
    const { advertise, discover } = seed()
    assert.deepEqual(advertise(1, [PRIVATE, PUBLIC]), { ttl: HOUR_NS })
    assert.deepEqual(discover('a').map(decodePeerInfo), [{ key: key(1), addresses: [PUBLIC] }])
    assert.deepEqual(discover('b'), [])
    // Who cannot be reached any more is forgotten.
    assert.deepEqual(advertise(1, [PRIVATE]), { ttl: HOUR_NS })
    assert.deepEqual(discover('a'), [])
    const local = seed('any')
    local.advertise(1, [PRIVATE])
    assert.equal(local.discover('a').length, 1)
  })

  it('tells no more peers than are asked for, or than its bound', () => {
    const { advertise, discover } = seed()
    for (let i = 0; i < DISCOVERED_MAX + 10; i++) advertise(i)
    assert.equal(discover('a', 7n).length, 7)
    assert.equal(discover('a', BigInt(DISCOVERED_MAX)).length, DISCOVERED_MAX)
    for (const limit of [0n, -1n, BigInt(DISCOVERED_MAX + 1), 2n ** 62n]) {
      assert.equal(discover('a', limit).length, DISCOVERED_MAX)
    }
  })

  it('refuses what is no question', () => {
    const { ask } = seed()
    assert.throws(() => ask('other', parseHex('a0')), {
      module: 'p2p/discovery/bootstrap',
      code: 1,
    })
    for (const method of [ADVERTISE, DISCOVER]) {
      for (const body of ['01', 'a161780', 'ff', 'a1616101'].map((hex) => hex.padEnd(8, '0'))) {
        const refused = { module: 'p2p/discovery/bootstrap', code: 2 }
        assert.throws(() => ask(method, parseHex(body)), refused)
      }
    }
  })
})

type Call = (method: string, body: Uint8Array) => Promise<Uint8Array>

function client(call: Call, options: { readonly discoveredMs?: number } = {}) {
  const time = new VirtualTime()
  const calls: string[] = []
  const seeds = new SeedClient({
    ...options,
    clock: time.clock,
    timers: time,
    random: new SeededRandom(1n),
    call: (method, body) => {
      calls.push(method)
      return call(method, body)
    },
  })
  const turns = async () => {
    for (let i = 0; i < 10; i++) await undefined
  }
  const find = async () => {
    seeds.find('a')
    await turns()
    return seeds.find('a').length
  }
  return { time, calls, seeds, turns, find }
}

const telling = (...peers: readonly Uint8Array[]) =>
  Promise.resolve(encode(DiscoverResponse, { peers }))
const someone = encodePeerInfo({ key: key(1), addresses: [PUBLIC] })

describe('asking a seed', () => {
  it('is done once an hour', async () => {
    const { find, calls, time } = client(() => telling(someone))
    assert.equal(await find(), 1)
    time.advance(DISCOVERED_MS - 1)
    assert.equal(await find(), 1)
    assert.equal(calls.length, 1)
    time.advance(1)
    await find()
    assert.equal(calls.length, 2)
  })

  it('is done as often as the operator says', async () => {
    const { find, calls, time } = client(() => telling(someone), { discoveredMs: 1000 })
    await find()
    time.advance(999)
    await find()
    assert.equal(calls.length, 1)
    time.advance(1)
    await find()
    assert.equal(calls.length, 2)
  })

  it('is done again soon when it knows nobody, or does not answer', async () => {
    const nobody = client(() => telling())
    assert.equal(await nobody.find(), 0)
    nobody.time.advance(NOBODY_FOUND_MS - 1)
    await nobody.find()
    assert.equal(nobody.calls.length, 1)
    nobody.time.advance(1)
    await nobody.find()
    assert.equal(nobody.calls.length, 2)
    const down = client(() => Promise.reject(new UnavailableError('down', 'down')))
    await down.find()
    await down.find()
    assert.equal(down.calls.length, 1)
    down.time.advance(1.5 * SEED_AGAIN_MS_FIRST)
    await down.find()
    assert.equal(down.calls.length, 2)
  })

  it('is not done for a day after an answer that makes no sense', async () => {
    const odd = [telling(someone, Uint8Array.of(1)), Promise.resolve(parseHex('ff'))]
    for (const answer of odd) {
      const { find, calls, time } = client(() => answer)
      assert.equal(await find(), 0)
      time.advance(MALICIOUS_SEED_MS - 1)
      await find()
      assert.equal(calls.length, 1)
      time.advance(1)
      await find()
      assert.equal(calls.length, 2)
    }
  })

  it('believes no more peers than its bound', async () => {
    const many = Array.from({ length: DISCOVERED_MAX + 1 }, () => someone)
    assert.equal(await client(() => telling(...many)).find(), DISCOVERED_MAX)
  })
})

describe('telling a seed', () => {
  it('is done again well before it forgets, whatever it says about that', async () => {
    for (const [ttl, waitMs] of [
      [HOUR_NS, (REGISTRATION_MS * 7) / 8],
      [2n ** 62n, (REGISTRATION_MS * 7) / 8],
      [-5n, (SEED_AGAIN_MS_FIRST * 7) / 8],
    ] as const) {
      const { seeds, calls, time, turns } = client(() =>
        Promise.resolve(encode(AdvertiseResponse, { ttl })),
      )
      seeds.advertise('a')
      seeds.advertise('a')
      time.settle()
      await turns()
      assert.deepEqual(calls, [ADVERTISE])
      time.advance(waitMs - 1)
      assert.equal(calls.length, 1)
      time.advance(1)
      await turns()
      assert.equal(calls.length, 2)
      seeds.withdraw('a')
      assert.equal(time.pending, 0)
    }
  })

  it('is tried again when the seed does not answer, and not after it was withdrawn', async () => {
    let isDown = true
    const { seeds, calls, time, turns } = client(() =>
      isDown
        ? Promise.reject(new UnavailableError('down', 'down'))
        : Promise.resolve(encode(AdvertiseResponse, { ttl: HOUR_NS })),
    )
    seeds.advertise('a')
    time.settle()
    await turns()
    isDown = false
    time.advance(1.5 * SEED_AGAIN_MS_FIRST)
    seeds.withdraw('a')
    await turns()
    assert.equal(calls.length, 2)
    assert.equal(time.pending, 0)
    seeds.stop()
  })
})
