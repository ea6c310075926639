import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { encode, zero } from '@wadi/cbor/codec'
import { type Item, writeItem } from '@wadi/cbor/item'
import { Proposal } from '@wadi/consensus/roothash/commitments'
import type { Listener, RuntimeNetwork, Verdict } from '@wadi/contracts/runtime-network'
import { MESSAGE_BYTES_MAX } from '@wadi/libp2p/limits'
import { Hash } from '@wadi/primitives/hash'
import { startExecutor } from '@wadi/runtime-executor/executor'
import { SCHEDULED_COUNT_MAX, TRANSACTION_SIZE_MAX } from '@wadi/runtime-executor/limits'
import type { SubmitOutcome } from '@wadi/runtime-executor/pool/effect'
import type { RoundConfig } from '@wadi/runtime-executor/round/roundState'
import { CHAIN_CONTEXT, RUNTIME_ID, testMember } from '@wadi/runtime-executor/testing/test-network'
import { GOSSIP_ITEM_COUNT_MAX } from '@wadi/runtime-protocol/limits'
import { TransactionMessage } from '@wadi/runtime-protocol/peers/gossip'
import { PUBLISH_RETRY_MS, PUBLISH_TRIES_MAX } from '../limits.ts'
import { CommitteeGossip } from './committeeGossip.ts'

const text = (value: string): Item => ({ kind: 'text', text: value })

/** A network that takes what it is given when a test says so. */
function setUp(submit = async (): Promise<SubmitOutcome> => ({ kind: 'accepted' })) {
  const time = new VirtualTime()
  const world = { isFull: false, tries: 0, sent: [] as Uint8Array[] }
  const listeners = new Map<string, Listener>()
  const network = {
    join: (topic: string, listener: Listener) => {
      listeners.set(topic.split('/')[2]!, listener)
      return {
        publish: (message: Uint8Array) => {
          world.tries++
          if (!world.isFull) world.sent.push(message)
          return !world.isFull
        },
        leave: () => undefined,
      }
    },
    want: () => undefined,
    serve: () => undefined,
  } as unknown as RuntimeNetwork
  const config = { chainContext: CHAIN_CONTEXT, runtimeId: RUNTIME_ID, own: testMember(0).id }
  const gossip = new CommitteeGossip({
    network,
    config,
    stateOf: () => startExecutor(config as unknown as RoundConfig, undefined),
    propose: () => undefined,
    submit,
    timers: time,
    onFatal: (error) => assert.fail(String(error)),
  })
  gossip.start()
  const hear = (kind: 'committee' | 'tx', message: Uint8Array) =>
    new Promise<Verdict>((resolve) => {
      listeners.get(kind)!(message, testMember(1).node.p2p.id, resolve)
    })
  return { gossip, time, world, hear }
}

describe('a proposal for a network that is full', () => {
  it('is sent as soon as there is room', () => {
    const { gossip, time, world } = setUp()
    world.isFull = true
    gossip.publishProposal(1n, zero(Proposal))
    time.advance(PUBLISH_RETRY_MS)
    world.isFull = false
    assert.deepEqual(world.sent, [])
    time.advance(PUBLISH_RETRY_MS)
    assert.equal(world.sent.length, 1)
    time.advance(10 * PUBLISH_RETRY_MS)
    assert.equal(world.sent.length, 1)
  })

  it(`is tried ${PUBLISH_TRIES_MAX} times, and no more when there is another one`, () => {
    const { gossip, time, world } = setUp()
    world.isFull = true
    gossip.publishProposal(1n, zero(Proposal))
    for (let i = 0; i < 2 * PUBLISH_TRIES_MAX; i++) time.advance(PUBLISH_RETRY_MS)
    assert.equal(world.tries, PUBLISH_TRIES_MAX)
    gossip.publishProposal(1n, zero(Proposal))
    world.isFull = false
    gossip.publishProposal(2n, zero(Proposal))
    time.advance(10 * PUBLISH_RETRY_MS)
    assert.equal(world.sent.length, 1)
  })

  it('is given up when the node stops', () => {
    const { gossip, time, world } = setUp()
    world.isFull = true
    gossip.publishProposal(1n, zero(Proposal))
    gossip.stop()
    time.advance(10 * PUBLISH_RETRY_MS)
    assert.equal(world.tries, 1)
  })
})

describe('what is said on the topics of a runtime', () => {
  it('SCHEDULED_COUNT_MAX: is a proposal of so many transactions at most, for which a message has room', () => {
    const { gossip, world } = setUp()
    const batch = Array<Hash>(SCHEDULED_COUNT_MAX).fill(Hash.zero)
    gossip.publishProposal(2n ** 64n - 1n, { ...zero(Proposal), batch })
    const [message] = world.sent
    assert.ok(message !== undefined && message.length <= MESSAGE_BYTES_MAX)
    assert.ok(message.length > MESSAGE_BYTES_MAX - MESSAGE_BYTES_MAX / 32, 'it could be far more')
  })

  it('TRANSACTION_SIZE_MAX: is a transaction of so many bytes at most, which fill a message', () => {
    const { gossip, world } = setUp()
    gossip.publish(new Uint8Array(TRANSACTION_SIZE_MAX))
    assert.equal(world.sent[0]?.length, MESSAGE_BYTES_MAX)
  })
})

describe('what is heard on the topics of a runtime', () => {
  it('is refused for good where it cannot be read', async () => {
    const { hear } = setUp()
    const malformed = { verdict: 'reject', why: 'malformed' }
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0xff), toUtf8('nonsense')]) {
      assert.deepEqual(await hear('committee', bytes), malformed)
      assert.deepEqual(await hear('tx', bytes), malformed)
    }
  })

  it('GOSSIP_ITEM_COUNT_MAX: is read up to so many items, and not one more', async () => {
    const nothing: Item = { kind: 'list', items: [] }
    /** A proposal of ever so many hashes, each of them as small as it can be on the wire. */
    const ofItems = (count: number) => {
      const items = Array<Item>(count - 5).fill(nothing)
      const batch = [text('batch'), { kind: 'list', items }] as const
      const proposal = [text('Proposal'), { kind: 'map', pairs: [batch] }] as const
      return writeItem({ kind: 'map', pairs: [proposal] })
    }
    const { hear } = setUp()
    const most = await hear('committee', ofItems(GOSSIP_ITEM_COUNT_MAX))
    assert.deepEqual(most, { verdict: 'retry', why: 'no-committee' })
    const more = await hear('committee', ofItems(GOSSIP_ITEM_COUNT_MAX + 1))
    assert.deepEqual(more, { verdict: 'reject', why: 'malformed' })
  })

  it('is passed on if it is good, and not if it is known or bad', async () => {
    const message = encode(TransactionMessage, toUtf8('x'))
    assert.deepEqual(await setUp().hear('tx', message), { verdict: 'accept' })
    const error = { module: 'toy', code: 1, message: 'bad' }
    const refused = setUp(async () => ({ kind: 'refused', error }))
    assert.deepEqual(await refused.hear('tx', message), { verdict: 'reject', why: 'bad' })
  })
})
