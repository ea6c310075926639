import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { CheckTxResponse } from '@wadi/contracts/application'
import { decode, encode } from '@wadi/protobuf/codec'
import { MempoolMessage } from '@wadi/tendermint/messages/mempool'
import fc from 'fast-check'
import { FakePeer } from '../testing/fakePeer.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_COUNT_MAX,
  CATCH_UP_DELAY_MS,
  GOSSIP_DELAY_MS_MAX,
  REFUSALS_PER_OFFENCE,
  TX_BYTES_MAX,
} from './limits.ts'
import { Mempool, type MempoolConfig } from './mempool.ts'
import { MEMPOOL_CHANNEL, MempoolReactor } from './mempoolReactor.ts'
import { mempoolMetrics } from './metrics.ts'

const BOUNDS = { height: 10n, bytesMax: 10_000_000n, gasMax: -1n }

function checkTx(transaction: Uint8Array): CheckTxResponse {
  return {
    ...{ codespace: '', data: new Uint8Array(0), log: '', gasWanted: 1n, gasUsed: 0n },
    ...{ code: transaction[0] === 255 ? 1 : 0, sender: '', priority: 1n },
  }
}

class Node {
  readonly timers = new VirtualTime()
  readonly heights = new Map<string, bigint>()
  readonly mempool: Mempool
  readonly reactor: MempoolReactor

  constructor({
    config = {},
    ...options
  }: { broadcast?: 'on' | 'off'; config?: Partial<MempoolConfig> } = {}) {
    const heightOf = (peer: { id: string }): bigint | undefined => this.heights.get(peer.id)
    const { timers } = this
    this.mempool = new Mempool({
      application: { checkTx },
      clock: new FakeClock(),
      metrics: new MetricsRegistry().register(mempoolMetrics),
      config,
      start: BOUNDS,
    })
    this.reactor = new MempoolReactor({
      mempool: this.mempool,
      timers,
      random: new SeededRandom(1n),
      heightOf,
      ...options,
    })
  }

  peer(id: string, height: bigint | 'unknown' = 10n): FakePeer {
    const peer = new FakePeer(id)
    if (height !== 'unknown') this.heights.set(id, height)
    this.reactor.addPeer(peer)
    return peer
  }

  submit(...numbers: number[]): void {
    for (const number of numbers) this.mempool.checkTx(Uint8Array.of(number, 1))
  }

  hear(peer: FakePeer, ...numbers: number[]): void {
    const txs = numbers.map((number) => Uint8Array.of(number, 1))
    this.reactor.receive(
      peer,
      MEMPOOL_CHANNEL,
      encode(MempoolMessage, { kind: 'txs', body: { txs } }),
    )
  }
}

/** The first bytes of the transactions in each message that waits. */
function told(peer: FakePeer): number[][] {
  return peer.take().map((bytes) => decode(MempoolMessage, bytes).body.txs.map(([first]) => first!))
}

describe('the mempool among peers', () => {
  it('tells each peer what it has not sent itself, in one message for what comes together', () => {
    const node = new Node()
    const [a, b] = [node.peer('a'), node.peer('b')]
    node.hear(a, 1)
    node.submit(2)
    node.hear(b, 3)
    node.hear(a, 3)
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    assert.deepEqual(told(a), [[2]])
    assert.deepEqual(told(b), [[1, 2]])
    node.timers.advance(1000)
    assert.deepEqual(told(a).concat(told(b)), [])
  })

  it('tells a new peer everything that waits', () => {
    const node = new Node()
    node.submit(1, 2, 3)
    node.timers.advance(1000)
    const peer = node.peer('late')
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    assert.deepEqual(told(peer), [[1, 2, 3]])
  })

  it('waits until a peer is near the height of a transaction', () => {
    const node = new Node()
    const [far, unknown] = [node.peer('far', 8n), node.peer('unknown', 'unknown')]
    const near = node.peer('near', 9n)
    node.submit(1)
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    assert.deepEqual(told(near), [[1]])
    assert.deepEqual(told(far).concat(told(unknown)), [])
    node.heights.set('far', 9n)
    node.heights.set('unknown', 12n)
    node.timers.advance(CATCH_UP_DELAY_MS)
    assert.deepEqual(told(far), [[1]])
    assert.deepEqual(told(unknown), [[1]])
    assert.equal(node.timers.pending, 0)
  })

  it('does not let a peer that is behind delay the others', () => {
    const node = new Node()
    node.peer('far', 1n)
    const near = node.peer('near')
    node.submit(1)
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    node.submit(2)
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    assert.deepEqual(told(near), [[1], [2]])
  })

  it('goes on where it stopped when there is room again', () => {
    const node = new Node()
    const peer = node.peer('slow')
    peer.room = 1
    for (const number of [1, 2, 3]) {
      node.submit(number)
      node.timers.advance(GOSSIP_DELAY_MS_MAX)
    }
    assert.deepEqual(told(peer), [[1]])
    node.reactor.drained(peer)
    assert.deepEqual(told(peer), [[2, 3]])
  })

  it('skips what has left the pool meanwhile', () => {
    const node = new Node()
    const peer = node.peer('p')
    node.submit(1, 2, 3)
    const result = { ...checkTx(Uint8Array.of(1)), events: [] }
    const transactions = [Uint8Array.of(2, 1)]
    node.mempool.update({ ...BOUNDS, transactions, results: [result] })
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    assert.deepEqual(told(peer), [[1, 3]])
  })

  it('sends messages that are no longer than their bounds', () => {
    const node = new Node()
    const peer = node.peer('p')
    peer.room = 1000
    for (let i = 0; i < 5; i++) node.mempool.checkTx(new Uint8Array(30_000).fill(i))
    for (let i = 0; i < BATCH_COUNT_MAX + 1; i++) node.mempool.checkTx(Uint8Array.of(7, i, i >> 8))
    node.timers.advance(GOSSIP_DELAY_MS_MAX)
    const messages = peer.take()
    assert.ok(messages.every(({ length }) => length <= BATCH_BYTES_MAX + 16))
    const txs = messages.flatMap((bytes) => [decode(MempoolMessage, bytes).body.txs.length])
    assert.equal(
      txs.reduce((a, b) => a + b),
      5 + BATCH_COUNT_MAX + 1,
    )
    assert.ok(Math.max(...txs) <= BATCH_COUNT_MAX)
  })

  it('has messages as long as the longest transaction that its pool takes', () => {
    for (const txBytesMax of [100, TX_BYTES_MAX, 2 * TX_BYTES_MAX]) {
      const node = new Node({ config: { txBytesMax } })
      const peer = node.peer('p')
      node.mempool.checkTx(new Uint8Array(txBytesMax))
      node.timers.advance(GOSSIP_DELAY_MS_MAX)
      const lengths = peer.take().map(({ length }) => length)
      assert.deepEqual(lengths, [node.reactor.channels[0]?.messageBytesMax])
      assert.throws(() => node.mempool.checkTx(new Uint8Array(txBytesMax + 1)), {
        reason: 'mempool.tooLarge',
      })
    }
  })

  it('says nothing if it is told not to, and nothing to who has left', () => {
    const silent = new Node({ broadcast: 'off' })
    const peer = silent.peer('p')
    silent.submit(1)
    silent.timers.advance(1000)
    assert.deepEqual(told(peer), [])
    const node = new Node()
    const gone = node.peer('gone')
    node.submit(1)
    node.reactor.removePeer(gone)
    node.timers.advance(1000)
    assert.deepEqual(told(gone), [])
    node.peer('other')
    node.reactor.stop()
    assert.equal(node.timers.pending, 0)
  })
})

describe('a peer that sends transactions', () => {
  it('is banned for a message that no program sends', () => {
    const node = new Node()
    for (const bytes of [[], [0x0a, 0], [0x0a, 9], [0x12, 0], [0xff]]) {
      const peer = node.peer(`p${bytes}`)
      node.reactor.receive(peer, MEMPOOL_CHANNEL, Uint8Array.from(bytes))
      assert.equal(peer.offences[0]?.severity, 'ban', String(bytes))
    }
    const peer = node.peer('many')
    const txs = Array.from({ length: BATCH_COUNT_MAX }, (_, i) => Uint8Array.of(9, i, i >> 8))
    const message = { kind: 'txs', body: { txs } } as const
    node.reactor.receive(peer, MEMPOOL_CHANNEL, encode(MempoolMessage, message))
    assert.deepEqual(peer.offences, [])
    assert.equal(node.mempool.size, BATCH_COUNT_MAX)
    const more = { kind: 'txs', body: { txs: [...txs, Uint8Array.of(8)] } } as const
    node.reactor.receive(peer, MEMPOOL_CHANNEL, encode(MempoolMessage, more))
    assert.deepEqual(peer.offences, [{ severity: 'ban', why: 'mempool.tooMany' }])
  })

  it('is slowed down when many of them are refused, and not for what others sent before', () => {
    const node = new Node()
    const [bad, good] = [node.peer('bad'), node.peer('good')]
    for (let i = 1; i < REFUSALS_PER_OFFENCE; i++) node.hear(bad, 255)
    assert.deepEqual(bad.offences, [])
    node.hear(bad, 255)
    assert.deepEqual(bad.offences, [{ severity: 'slow', why: 'mempool.invalidTransactions' }])
    node.submit(1)
    for (let i = 0; i < 2 * REFUSALS_PER_OFFENCE; i++) node.hear(good, 1)
    assert.deepEqual(good.offences, [])
  })

  it('cannot make the reactor throw', () => {
    const node = new Node()
    const peer = node.peer('p')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        node.reactor.receive(peer, MEMPOOL_CHANNEL, bytes)
      }),
    )
  })
})
