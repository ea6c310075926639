import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Snapshot } from '@wadi/contracts/application'
import { decode, encode } from '@wadi/protobuf/codec'
import { DEFAULT_PARAMS } from '@wadi/tendermint/chainState/consensusParams'
import { SNAPSHOT_CHUNKS_MAX } from '@wadi/tendermint/limits'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import fc from 'fast-check'
import { LinkedPeer, link } from '../blockSync/testing/linkedPeer.ts'
import { CHUNK_CHANNEL, SNAPSHOT_CHANNEL } from './channels.ts'
import { CHUNK_REQUESTS_MAX, RECENT_SNAPSHOTS } from './limits.ts'
import { chunkOf, snapshotOf } from './testing/snapshotApplication.ts'
import {
  appHashAt,
  chain,
  changingChunks,
  HONEST,
  Node,
  PARAMS,
  providerOf,
  scene,
  timeOfChain,
} from './testing/stateSyncScene.ts'

describe('state sync', () => {
  it('restores the best snapshot that the chain is high enough for, and begins there', () => {
    const snapshots = [snapshotOf(30n, 3), snapshotOf(58n, 20), snapshotOf(59n, 3)]
    const { time, young, ends } = scene([snapshots, snapshots])
    young.sync(HONEST)
    time.advance(60_000)
    assert.deepEqual(young.failures, [])
    const [state] = young.synced
    assert.equal(state?.lastBlockHeight, 58n)
    assert.deepEqual(
      young.application.applied,
      Array.from({ length: 20 }, (_, i) => i),
    )
    assert.deepEqual(state.appHash, appHashAt(58n))
    assert.deepEqual(state.lastBlockId, chain.at(58n).signedHeader.commit.blockId)
    assert.deepEqual(state.lastValidators, chain.at(58n).validatorSet)
    assert.deepEqual(state.validators, chain.at(59n).validatorSet)
    assert.deepEqual(state.nextValidators, chain.at(60n).validatorSet)
    assert.equal(state.lastHeightValidatorsChanged, 60n)
    assert.deepEqual(state.consensusParams, PARAMS)
    assert.deepEqual(young.stateStore.load(), state)
    assert.deepEqual(young.blockStore.loadSeenCommit(58n), chain.at(58n).signedHeader.commit)
    for (const { atA, atB } of ends) assert.deepEqual([...atA.offences, ...atB.offences], [])
  })

  it('asks those who come later, and keeps asking until there is a snapshot', () => {
    const { time, young } = scene([])
    young.sync(HONEST)
    time.advance(30_000)
    link(time, young, new Node(time, 'late', { snapshots: [snapshotOf(40n, 2)] }))
    time.advance(30_000)
    assert.equal(young.synced[0]?.lastBlockHeight, 40n)
  })

  it('tries the next snapshot if the application refuses one, its format or who offers it', () => {
    const a = [snapshotOf(50n, 2, 2), snapshotOf(49n, 2)]
    const b = [snapshotOf(48n, 2, 2), snapshotOf(47n, 2), snapshotOf(46n, 2)]
    const { time, young } = scene([a, b], {
      onOffer: ({ height, format }) =>
        format === 2
          ? 'reject-format'
          : height === 49n
            ? 'reject-sender'
            : height === 47n
              ? 'reject'
              : 'accept',
    })
    young.sync(HONEST)
    time.advance(60_000)
    assert.equal(young.synced[0]?.lastBlockHeight, 46n)
    const offered = young.application.offered.map(({ height }) => height)
    assert.deepEqual(offered, [50n, 47n, 49n, 46n], 'whose snapshot failed comes after the others')
  })

  it('ends if the application wants none, or is of another version', () => {
    const snapshots = [snapshotOf(50n, 2)]
    const aborting = scene([snapshots], { onOffer: () => 'abort' })
    aborting.young.sync(HONEST)
    aborting.time.advance(60_000)
    assert.match(aborting.young.failures[0]!.message, /does not want/)
    const abortingLater = scene([snapshots], {
      onChunk: () => ({ result: 'abort', refetchChunks: [], rejectSenders: [] }),
    })
    abortingLater.young.sync(HONEST)
    abortingLater.time.advance(60_000)
    assert.match(abortingLater.young.failures[0]!.message, /does not want/)
    const other = scene([snapshots], { appVersion: 2n })
    other.young.sync(HONEST)
    other.time.advance(60_000)
    assert.match(other.young.failures[0]!.message, /another version/)
  })

  it('does as the application says: once more, from the beginning, or not at all', () => {
    let trouble = 0
    const answers = ['retry', 'retry', 'retry-snapshot', 'retry'] as const
    const { time, young } = scene([[snapshotOf(50n, 4)], [snapshotOf(50n, 4)]], {
      onChunk: (index) => {
        const result = index === 2 ? answers[trouble++] : undefined
        return result && { result, refetchChunks: [], rejectSenders: [] }
      },
    })
    young.sync(HONEST)
    time.advance(60_000)
    assert.deepEqual(young.application.applied, [0, 1, 0, 1, 2, 3])
    assert.equal(young.synced.length, 1)
    const never = scene([[snapshotOf(50n, 4), snapshotOf(49n, 1)]], {
      onChunk: (index) =>
        index === 2 ? { result: 'retry', refetchChunks: [], rejectSenders: [] } : undefined,
    })
    never.young.sync(HONEST)
    never.time.advance(300_000)
    assert.equal(never.young.synced[0]?.lastBlockHeight, 49n)
  })

  it('goes on where a node ended that had restored everything but its own stores', () => {
    const { time, young } = scene([], { height: 50n })
    young.sync(HONEST)
    time.advance(1000)
    assert.equal(young.synced[0]?.lastBlockHeight, 50n)
    assert.deepEqual(young.stateStore.load(), young.synced[0])
    const other = scene([], { height: 50n, appHashAt: () => new Uint8Array(32) })
    other.young.sync(HONEST)
    other.time.advance(1000)
    assert.match(other.young.failures[0]!.message, /another state/)
    const silent = scene([], { height: 50n })
    silent.young.sync([providerOf(chain, { isSilent: true }), ...HONEST])
    silent.time.advance(100_000)
    assert.equal(silent.young.synced[0]?.lastBlockHeight, 50n)
  })

  it('stops without a trace', () => {
    const { time, young } = scene([[snapshotOf(50n, 9)]])
    young.sync(HONEST)
    time.advance(5010)
    young.reactor.stop()
    time.advance(100_000)
    assert.deepEqual([...young.synced, ...young.failures], [])
  })
})

describe('state sync goes on in spite of', () => {
  it('peers that send wrong chunks', () => {
    const snapshots = [snapshotOf(50n, 12)]
    const { time, young, ends } = scene([snapshots, snapshots, snapshots])
    for (const { atB } of ends.slice(0, 2))
      atB.tamper = changingChunks((chunk) => chunk.with(0, chunk[0]! ^ 1))
    young.sync(HONEST)
    time.advance(120_000)
    assert.equal(young.synced.length, 1)
    assert.deepEqual(ends[2]!.atA.offences, [])
    assert.ok(ends[0]!.atA.offences.concat(ends[1]!.atA.offences).length > 0)
  })

  it('peers that send no chunks, or say that they have none', () => {
    for (const change of [() => undefined, () => new Uint8Array(0)]) {
      const snapshots = [snapshotOf(50n, 12)]
      const { time, young, ends } = scene([snapshots, snapshots, snapshots])
      for (const { atB } of ends.slice(0, 2)) atB.tamper = changingChunks(change)
      young.sync(HONEST)
      time.advance(400_000)
      assert.equal(young.synced.length, 1)
    }
  })

  it('a snapshot of which nobody has the chunks any more', () => {
    const { time, young, ends } = scene([[snapshotOf(55n, 3)], [snapshotOf(50n, 3)]])
    ends[0]!.atB.tamper = changingChunks(() => undefined)
    young.sync(HONEST)
    time.advance(300_000)
    assert.equal(young.synced[0]?.lastBlockHeight, 50n)
  })

  it('peers that leave', () => {
    const snapshots = [snapshotOf(50n, 30)]
    const { time, young, ends } = scene([snapshots, snapshots])
    young.sync(HONEST)
    time.advance(5030)
    ends[0]!.atA.cut()
    ends[0]!.atB.cut()
    young.reactor.removePeer(ends[0]!.atA)
    time.advance(60_000)
    assert.equal(young.synced.length, 1)
  })

  it('snapshots that are made up', () => {
    const lies: Snapshot[] = [
      { ...snapshotOf(57n, 3), metadata: new Uint8Array(96) },
      { ...snapshotOf(58n, 3), hash: new Uint8Array(32) },
      snapshotOf(1_000_000n, 3),
      snapshotOf((1n << 64n) - 1n, 3),
    ]
    const { time, young } = scene([lies, [snapshotOf(50n, 3)]])
    young.sync(HONEST)
    time.advance(60_000)
    assert.equal(young.synced[0]?.lastBlockHeight, 50n)
    assert.ok(young.application.offered.every(({ height }) => height < 60n))
  })

  it('an application that ends with another state than the chain names', () => {
    const appHash = (height: bigint) => (height === 55n ? new Uint8Array(32) : appHashAt(height))
    const snapshots = [snapshotOf(55n, 2), snapshotOf(50n, 2)]
    const { time, young } = scene([snapshots], { appHashAt: appHash })
    young.sync(HONEST)
    time.advance(60_000)
    assert.equal(young.synced[0]?.lastBlockHeight, 50n)
  })

  it('providers that are silent, behind, or lie', () => {
    const liar = chain.forked({
      from: 20n,
      change: (header) => ({ ...header, appHash: new Uint8Array(32) }),
      signers: [],
    })
    for (const bad of [
      providerOf(chain, { isSilent: true }),
      providerOf(chain.shortened(10n)),
      providerOf(liar),
    ]) {
      for (const providers of [
        [bad, ...HONEST],
        [...HONEST, bad],
      ]) {
        const { time, young } = scene([[snapshotOf(50n, 3)]])
        young.sync(providers)
        time.advance(900_000)
        assert.deepEqual(young.failures, [])
        assert.equal(young.synced[0]?.lastBlockHeight, 50n)
      }
    }
  })

  it('nobody who would lead it astray', () => {
    const attack = chain.forked({
      from: 20n,
      change: (header) => ({ ...header, appHash: new Uint8Array(32) }),
    })
    const attacked = scene([[snapshotOf(50n, 3)]])
    attacked.young.sync([providerOf(attack), providerOf(chain)])
    attacked.time.advance(60_000)
    assert.match(attacked.young.failures[0]!.message, /attacks/)
    const blockParams = { maxBytes: 5n, maxGas: -1n }
    const wrong = providerOf(chain, { params: { ...PARAMS, block: blockParams } })
    const told = scene([[snapshotOf(50n, 3)]])
    told.young.sync([wrong, ...HONEST])
    told.time.advance(60_000)
    assert.deepEqual(told.young.synced[0]?.consensusParams, PARAMS)
    assert.equal(wrong.bad.length, 1)
    const noVersion = scene([[snapshotOf(50n, 3)]])
    noVersion.young.sync([providerOf(chain, { params: DEFAULT_PARAMS }), ...HONEST])
    noVersion.time.advance(60_000)
    assert.deepEqual(noVersion.young.synced[0]?.consensusParams, PARAMS, 'it is in the header')
    const expired = scene([[snapshotOf(50n, 3)]])
    expired.young.sync(HONEST, { trustPeriodMs: 1000 })
    expired.time.advance(60_000)
    assert.match(expired.young.failures[0]!.message, /too old/)
  })
})

function say(message: StateSyncMessage): Uint8Array {
  return encode(StateSyncMessage, message)
}

const ASK = say({ kind: 'snapshots-request', body: {} })

describe('a node with snapshots', () => {
  function serving(count: number): {
    time: VirtualTime
    node: Node
    peer: LinkedPeer
    said: StateSyncMessage[]
  } {
    const time = timeOfChain()
    const snapshots = Array.from({ length: count }, (_, i) => snapshotOf(BigInt(i + 1), 2))
    const node = new Node(time, 'node', { snapshots })
    const peer = new LinkedPeer('peer', time, 4)
    const said: StateSyncMessage[] = []
    peer.connect(
      (_, bytes) => void said.push(decode(StateSyncMessage, bytes)),
      () => node.reactor.drained(),
    )
    node.reactor.addPeer(peer)
    return { time, node, peer, said }
  }

  it('tells of the most recent ones', () => {
    const { time, node, peer, said } = serving(RECENT_SNAPSHOTS + 5)
    node.reactor.receive(peer, SNAPSHOT_CHANNEL, ASK)
    time.advance(500)
    const heights = said.map((message) => (message.kind === 'snapshot' ? message.body.height : 0n))
    assert.deepEqual(
      heights,
      Array.from({ length: RECENT_SNAPSHOTS }, (_, i) => BigInt(RECENT_SNAPSHOTS + 5 - i)),
    )
  })

  it('gives chunks, and says which are missing', () => {
    const { time, node, peer, said } = serving(3)
    for (const [height, index] of [
      [2n, 1],
      [2n, 2],
      [9n, 0],
    ] as const) {
      const body = { height, format: 1, index }
      node.reactor.receive(peer, CHUNK_CHANNEL, say({ kind: 'chunk-request', body }))
    }
    time.advance(100)
    const chunks = said.map((message) => (message.kind === 'chunk' ? message.body : undefined))
    assert.deepEqual(chunks[0]?.chunk, chunkOf(2n, 1))
    assert.deepEqual(
      chunks.map((body) => body?.missing),
      [false, true, true],
    )
  })

  it('lets nobody ask for more than it takes', () => {
    const { node, peer } = serving(3)
    node.reactor.receive(peer, SNAPSHOT_CHANNEL, ASK)
    node.reactor.receive(peer, SNAPSHOT_CHANNEL, ASK)
    const body = { height: 2n, format: 1, index: 0 }
    for (let i = 0; i <= CHUNK_REQUESTS_MAX; i++)
      node.reactor.receive(peer, CHUNK_CHANNEL, say({ kind: 'chunk-request', body }))
    assert.deepEqual(
      peer.offences.map(({ severity }) => severity),
      ['slow', 'slow'],
    )
  })

  it('bans who says what no honest node says', () => {
    const chunk = { height: 2n, format: 1, index: 0, chunk: new Uint8Array(3), missing: true }
    for (const [channel, bad] of [
      [CHUNK_CHANNEL, ASK],
      [SNAPSHOT_CHANNEL, say({ kind: 'chunk-request', body: { height: 2n, format: 1, index: 0 } })],
      [CHUNK_CHANNEL, say({ kind: 'chunk', body: chunk })],
      [
        SNAPSHOT_CHANNEL,
        say({ kind: 'snapshot', body: { ...snapshotOf(3n, 1), chunks: SNAPSHOT_CHUNKS_MAX + 1 } }),
      ],
      [SNAPSHOT_CHANNEL, Uint8Array.of(1, 2, 3)],
    ] as const) {
      const { node, peer } = serving(3)
      node.reactor.receive(peer, channel, bad)
      assert.equal(peer.offences[0]?.severity, 'ban')
    }
  })

  it('takes whatever comes while it syncs', () => {
    const chunk = { height: 50n, format: 1, index: 1, chunk: chunkOf(50n, 1), missing: false }
    const goods = [
      ASK,
      say({ kind: 'snapshot', body: snapshotOf(50n, 3) }),
      say({ kind: 'snapshot', body: snapshotOf(51n, 3) }),
      say({ kind: 'chunk', body: chunk }),
      say({ kind: 'chunk', body: { ...chunk, chunk: new Uint8Array(0), missing: true } }),
      say({ kind: 'chunk-request', body: { height: 50n, format: 1, index: 1 } }),
    ]
    const damaged = fc
      .tuple(fc.constantFrom(...goods), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([good, position, byte]) => good.with(position % good.length, byte))
    const anything = fc.tuple(
      fc.constantFrom(SNAPSHOT_CHANNEL, CHUNK_CHANNEL),
      fc.oneof(fc.constantFrom(...goods), damaged, fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 0, max: 8000 }),
    )
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 15 }), (messages) => {
        const { time, young } = scene([[snapshotOf(50n, 3)]])
        young.sync(HONEST)
        const liar = new LinkedPeer('liar', time, 8)
        young.reactor.addPeer(liar)
        for (const [channel, message, waitMs] of messages) {
          young.reactor.receive(liar, channel, message)
          time.advance(waitMs)
        }
        young.reactor.removePeer(liar)
        time.advance(400_000)
        assert.equal(young.synced[0]?.lastBlockHeight, 50n)
      }),
      { numRuns: 40 },
    )
  })
})
