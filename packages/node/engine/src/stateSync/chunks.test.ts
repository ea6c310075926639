import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import type { ApplyChunkResponse } from '@wadi/contracts/application'
import { decode, encode } from '@wadi/protobuf/codec'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { link } from '../blockSync/testing/linkedPeer.ts'
import { SNAPSHOT_CHANNEL } from './channels.ts'
import { ChunkPeers } from './chunkPeers.ts'
import {
  CHUNK_PATIENCE_MS_MIN,
  CHUNK_REQUEST_MS,
  CHUNK_TIMEOUT_MS,
  CHUNKS_IN_FLIGHT,
  REFETCHES_MAX,
} from './limits.ts'
import { snapshotOf } from './testing/snapshotApplication.ts'
import { changingChunks, HONEST, Node, type Scene, scene } from './testing/stateSyncScene.ts'

const wrong = changingChunks((chunk) => chunk.with(0, chunk[0]! ^ 1))
const none = changingChunks(() => undefined)

/** Peers that all have one snapshot; all but the first one do with chunks as they like. */
function among(
  { chunks, liars }: { readonly chunks: number; readonly liars: number },
  tamper: (i: number) => (message: Uint8Array) => Uint8Array | undefined,
  options: Parameters<typeof scene>[1] = {},
): Scene {
  const made = scene(Array(liars + 1).fill([snapshotOf(50n, chunks)]), options)
  for (const [i, { atB }] of made.ends.entries()) if (i > 0) atB.tamper = tamper(i)
  return made
}

/** How many seconds it takes, after the time for discovery. */
function secondsOf({ time, young }: Scene, secondsMax: number): number {
  young.sync(HONEST)
  time.advance(5_000)
  for (let seconds = 0; seconds < secondsMax; seconds++) {
    if (young.synced.length > 0) return seconds
    time.advance(1_000)
  }
  assert.fail(`not synced in ${secondsMax} seconds`)
}

const severities = ({ ends }: Scene): string[][] =>
  ends.map(({ atA }) => atA.offences.map(({ severity }) => severity))

/** What the application says that nobody is to blame for. */
const again = (index: number): ApplyChunkResponse => ({
  result: 'retry',
  refetchChunks: [index],
  rejectSenders: [],
})

describe('whoever sends wrong chunks', () => {
  it('is punished and asked no more, however many they are', () => {
    for (const [chunks, liars] of [
      [300, 1],
      [300, 3],
      [60, REFETCHES_MAX + 50],
    ] as const) {
      const made = among({ chunks, liars }, () => wrong)
      assert.ok(secondsOf(made, 60) < 60)
      const [honest, ...others] = severities(made)
      assert.deepEqual(honest, [])
      for (const offences of others) assert.ok(offences.length <= 1)
      const punished = others.filter(([severity]) => severity === 'drop').length
      assert.ok(punished >= Math.min(liars, CHUNKS_IN_FLIGHT - 1), `${punished} of ${liars}`)
      assert.equal(made.young.application.offered.length, 1)
    }
  })

  it('is asked no more for the snapshot by an application that names nobody', () => {
    for (const liars of [1, 3]) {
      let refused = 0
      const made = among({ chunks: 300, liars }, () => wrong)
      const { application, reactor } = made.young
      const apply = application.applySnapshotChunk.bind(application)
      application.applySnapshotChunk = (index, chunk, sender) => {
        const response = apply(index, chunk, sender)
        if (response.result !== 'retry') return response
        refused++
        // It offers the snapshot once more, which helps it nothing.
        const { atA } = made.ends.find((end) => end.atA.id === sender)!
        const body = snapshotOf(50n, 300)
        reactor.receive(atA, SNAPSHOT_CHANNEL, encode(StateSyncMessage, { kind: 'snapshot', body }))
        return again(index)
      }
      assert.ok(secondsOf(made, 60) < 60)
      assert.ok(refused > 0 && refused <= liars * CHUNKS_IN_FLIGHT, `${refused}`)
      assert.deepEqual(severities(made).flat(), [])
    }
  })

  it('may be nobody: REFETCHES_MAX times chunks are fetched again, and no more', () => {
    for (const [times, height] of [
      [REFETCHES_MAX, 50n],
      [REFETCHES_MAX + 1, 49n],
    ] as const) {
      let left = times
      const { time, young } = scene([[snapshotOf(50n, 4), snapshotOf(49n, 1)]], {
        onChunk: (index) => (index === 2 && left-- > 0 ? again(index) : undefined),
      })
      young.sync(HONEST)
      time.advance(60_000)
      assert.equal(young.synced[0]?.lastBlockHeight, height)
    }
  })
})

describe('whoever sends no chunks', () => {
  it('is passed over, whatever the number of chunks and of silent peers', () => {
    const alone = secondsOf(
      among({ chunks: 300, liars: 0 }, () => none),
      60,
    )
    for (const [liars, more] of [
      [1, 3],
      [3, 3],
      [8, 7],
      [30, 27],
    ] as const) {
      const made = among({ chunks: 300, liars }, () => none)
      const seconds = secondsOf(made, 600)
      assert.ok(seconds <= alone + more, `${seconds} s with ${liars}, ${alone} s without`)
      const [honest, ...others] = severities(made)
      assert.deepEqual(honest, [])
      assert.ok(others.some((offences) => offences.length > 0))
      for (const offences of others) assert.ok(['', 'slow'].includes(offences.join()))
    }
  })

  it('any more is passed over, too', () => {
    const made = among({ chunks: 300, liars: 8 }, () => {
      let left = 3
      return changingChunks((chunk) => (left-- > 0 ? chunk : undefined))
    })
    assert.ok(secondsOf(made, 600) <= 30)
    assert.deepEqual(severities(made).flat(), [], 'they have given something')
  })

  it('does not make a snapshot a bad one: whoever comes later may have it, too', () => {
    const snapshot = snapshotOf(50n, 12)
    const { time, young, ends } = scene([[snapshot], [snapshot]])
    for (const { atB } of ends) atB.tamper = none
    young.sync(HONEST)
    time.advance(CHUNK_TIMEOUT_MS + 30_000)
    assert.equal(young.synced.length, 0)
    link(time, young, new Node(time, 'late', { snapshots: [snapshot] }))
    time.advance(CHUNK_TIMEOUT_MS)
    assert.equal(young.synced[0]?.lastBlockHeight, 50n)
  })

  it('and says so is not asked again, though it offers the snapshot again', () => {
    const asked: number[] = []
    const made = among({ chunks: 40, liars: 1 }, () => (bytes) => {
      const message = decode(StateSyncMessage, bytes)
      if (message.kind !== 'chunk') return bytes
      asked.push(message.body.index)
      const body = { ...message.body, chunk: new Uint8Array(0), missing: true }
      return encode(StateSyncMessage, { kind: 'chunk', body })
    })
    const { atA } = made.ends[1]!
    const body = snapshotOf(50n, 40)
    const offer = encode(StateSyncMessage, { kind: 'snapshot', body })
    const timer = () => {
      made.young.reactor.receive(atA, SNAPSHOT_CHANNEL, offer)
      made.time.after(20, timer)
    }
    made.time.after(20, timer)
    assert.ok(secondsOf(made, 60) < 10)
    assert.ok(asked.length <= CHUNKS_IN_FLIGHT, `${asked.length}`)
  })
})

describe('patience with peers', () => {
  const peersOf = () => new ChunkPeers(new SeededRandom(1n))

  it('grows until somebody gives something, and follows the fastest then', () => {
    const peers = peersOf()
    const seen: number[] = []
    for (let nowMs = 0; seen.length < 4; nowMs += 20_000) {
      seen.push(peers.patienceMs)
      peers.asked('a', 1, nowMs)
      assert.equal(peers.isLate('a', nowMs, nowMs + seen.at(-1)! - 1), false)
      assert.equal(peers.isLate('a', nowMs, nowMs + seen.at(-1)!), true)
      assert.equal(peers.width, seen.length === 1 ? 1 : 2)
      peers.passOver([], nowMs)
      peers.passOver([1, 7], nowMs + seen.at(-1)!)
    }
    const least = CHUNK_PATIENCE_MS_MIN
    assert.deepEqual(seen, [least, 2 * least, 4 * least, CHUNK_REQUEST_MS])
    peers.gave('a', 1, 63_000)
    assert.deepEqual([peers.patienceMs, peers.width], [6_000, 1])
    peers.asked('b', 2, 70_000)
    peers.gave('b', 2, 70_010)
    assert.equal(peers.patienceMs, CHUNK_PATIENCE_MS_MIN)
  })

  it('lasts while somebody gives what it was asked for, one thing after the other', () => {
    const peers = peersOf()
    for (const index of [0, 1, 2]) peers.asked('a', index, 0)
    peers.gave('a', 0, 1_900)
    assert.equal(peers.isLate('a', 0, 1_900 + peers.patienceMs - 1), false)
    assert.equal(peers.isLate('a', Number.NEGATIVE_INFINITY, 1_900), true, 'it says it has none')
  })

  it('is not for another snapshot, but what they were like is remembered', () => {
    const peers = peersOf()
    for (let i = 0; i < 3; i++) {
      peers.asked('a', 1, 0)
      peers.passOver([1], 20_000 * (i + 1))
    }
    peers.begin()
    assert.deepEqual([peers.patienceMs, peers.width], [CHUNK_PATIENCE_MS_MIN, 1])
    assert.deepEqual(peers.gave('a', 1, 70_000), [], 'it is not asked for that one')
    assert.equal(peers.pick(['a', 'b']), 'b')
  })

  it('has those asked first who answer, by how fast they are and what they have to do', () => {
    const peers = peersOf()
    const all = ['a', 'b', 'c']
    for (const peer of all) peers.asked(peer, 0, 0)
    peers.gave('a', 0, 100)
    peers.gave('b', 0, 400)
    peers.passOver([0], 2_000)
    for (const peer of ['a', 'b']) peers.asked(peer, 0, 2_000)
    assert.deepEqual(peers.gave('a', 0, 2_100), ['c'])
    assert.deepEqual(peers.gave('b', 0, 2_400), [], 'told once')
    assert.equal(peers.pick(all), 'a')
    for (const index of [1, 2, 3]) peers.asked('a', index, 2_400)
    assert.equal(peers.pick(all), 'b')
    peers.asked('b', 1, 2_400)
    peers.passOver([1], 4_400)
    assert.equal(peers.pick(['a', 'b', 'c', 'd']), 'd', 'who is not known comes before who failed')
    assert.deepEqual(peers.gave('c', 0, 5_000), [])
    assert.equal(peers.pick(['a', 'b', 'c', 'd']), 'c')
    peers.forget('c')
    assert.deepEqual(peers.gave('c', 0, 6_000), [], 'nobody asked it')
    assert.equal(peers.pick([]), undefined)
  })
})
