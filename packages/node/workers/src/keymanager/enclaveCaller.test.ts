import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import { errors as keyManagerErrors } from '@wadi/consensus/keymanager/errors'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import { MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import { servePeers } from '@wadi/libp2p/serve-peers'
import { Namespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import {
  type HostRpcCallRequest,
  PEER_FEEDBACK,
} from '@wadi/runtime-protocol/host-protocol/services'
import { keyManagerMethods } from '@wadi/runtime-protocol/peers/methods'
import type { Ask } from '../chain.ts'
import { FEEDBACK_MS_MAX, RATED_CALLS_MAX, WATCH_RETRY_MS } from '../limits.ts'
import { EnclaveCaller } from './enclaveCaller.ts'

const CHAIN_CONTEXT = 'c0'.repeat(32)
const KEY_MANAGER = Namespace.check(new Uint8Array(32).fill(0xc0, 0, 1))
const keyOf = (byte: number) => PublicKey.check(new Uint8Array(32).fill(byte))
/** The key that a node has in the network. */
const peerOf = (number: number) => keyOf(100 + number)
const { signal } = new AbortController()

const atRest = async () => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Key managers of these numbers, which answer with their number, and who asks them. */
function setUp(...numbers: number[]) {
  const time = new VirtualTime()
  const net = new MemoryNetwork(time)
  const protocol = runtimeProtocolOf(CHAIN_CONTEXT, RUNTIME_SERVICES.keymanager, KEY_MANAGER)
  const fatal: unknown[] = []
  const availability: boolean[] = []
  const members = numbers.map((number) => {
    const member = net.join(peerOf(number))
    servePeers(member, protocol, {
      methods: keyManagerMethods,
      answers: { callEnclave: ({ data }) => ({ data: Uint8Array.of(number, ...data) }) },
      onFatal: (error) => void fatal.push(error),
    })
    return member
  })
  const layer = {
    status: undefined as Status | undefined,
    gone: [] as number[],
    failure: undefined as Error | undefined,
    asked: 0,
  }
  const ask = (async (name: string, { id }: { id: Uint8Array }) => {
    if (layer.failure !== undefined) throw layer.failure
    if (name === 'KeyManager.Secrets/GetStatus') {
      if (layer.status === undefined) throw keyManagerErrors.noSuchStatus()
      return layer.status
    }
    layer.asked++
    const number = id[0]!
    if (layer.gone.includes(number)) throw registryErrors.noSuchNode()
    return make(Node, { id: keyOf(number), p2p: { id: peerOf(number), addresses: undefined } })
  }) as unknown as Ask
  const network = net.join(keyOf(255))
  const caller = new EnclaveCaller({
    ask,
    network,
    chainContext: CHAIN_CONTEXT,
    world: { clock: time.clock, timers: time, log: createLogger('test', SILENT) },
    onAvailability: (isAvailable) => availability.push(isAvailable),
    onFatal: (error) => void fatal.push(error),
  })
  let height = 0n
  const see = async (...nodes: number[]) => {
    layer.status = make(Status, { isInitialized: true, nodes: nodes.map(keyOf) })
    caller.applied(++height)
    await atRest()
  }
  return { time, network, members, caller, layer, see, fatal, availability }
}

function requestOf(change: Partial<HostRpcCallRequest> = {}): HostRpcCallRequest {
  const request = Uint8Array.of(7)
  return {
    endpoint: 'key-manager',
    requestId: 1n,
    request,
    kind: 0,
    nodes: [],
    peerFeedback: undefined,
    ...change,
  }
}

const feedbackOn = (requestId: bigint, peerFeedback: number) => ({
  endpoint: 'key-manager',
  requestId,
  peerFeedback,
})

describe('calls of the enclaves of a key manager', () => {
  it('go to a node of its status, and say which one it was', async () => {
    const { caller, see, availability } = setUp(1, 2)
    await assert.rejects(caller.call(requestOf(), signal), {
      reason: 'workers/keymanager.notAvailable',
    })
    caller.setKeyManager(KEY_MANAGER)
    await see(2)
    const { response, node } = await caller.call(requestOf(), signal)
    assert.deepEqual([...response], [2, 7])
    assert.ok(equalBytes(node, keyOf(2)))
    assert.deepEqual(availability, [true])
  })

  it('go to those that the runtime names, if they are any', async () => {
    const { caller, see } = setUp(1, 2, 3)
    caller.setKeyManager(KEY_MANAGER)
    await see(1, 2, 3)
    const { node } = await caller.call(requestOf({ nodes: [keyOf(9), keyOf(3)] }), signal)
    assert.ok(equalBytes(node, keyOf(3)))
    await assert.rejects(caller.call(requestOf({ nodes: [keyOf(9)] }), signal), {
      reason: 'workers/keymanager.notInCommittee',
    })
  })

  it('find other nodes with another status, and go on where there are none for a while', async () => {
    const { caller, see, layer, availability } = setUp(1, 2)
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    await see(2)
    assert.deepEqual([...(await caller.call(requestOf(), signal)).response], [2, 7])
    await see()
    assert.deepEqual([...(await caller.call(requestOf(), signal)).response], [2, 7])
    const { asked } = layer
    await see(2)
    assert.equal(layer.asked, asked)
    assert.deepEqual(availability, [true])
  })

  it('leave out nodes that are not registered any more', async () => {
    const { caller, see, layer, fatal } = setUp(1, 2)
    layer.gone = [1]
    caller.setKeyManager(KEY_MANAGER)
    await see(1, 2)
    const { node } = await caller.call(requestOf(), signal)
    assert.ok(equalBytes(node, keyOf(2)))
    assert.deepEqual(fatal, [])
  })

  it('find the nodes as soon as the consensus layer can be read again', async () => {
    const { caller, see, layer, time } = setUp(1)
    layer.failure = new UnavailableError('test.no', 'not now')
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    assert.equal(caller.isAvailable, false)
    layer.failure = undefined
    time.advance(WATCH_RETRY_MS)
    await atRest()
    assert.equal(caller.isAvailable, true)
  })

  it('end when the runtime has no key manager any more', async () => {
    const { caller, see, availability } = setUp(1)
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    caller.setKeyManager(Namespace.check(KEY_MANAGER.slice()))
    assert.deepEqual(availability, [true])
    caller.setKeyManager(undefined)
    await assert.rejects(caller.call(requestOf(), signal), {
      reason: 'workers/keymanager.notAvailable',
    })
    assert.deepEqual(availability, [true, false])
  })

  it('end when nobody waits for them', async () => {
    const { caller, see } = setUp(1)
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    const waiting = new AbortController()
    const call = caller.call(requestOf(), waiting.signal)
    waiting.abort()
    await assert.rejects(call, { reason: 'asked.aborted' })
  })
})

describe('what a runtime says of who answered it', () => {
  it('is told to the network, once', async () => {
    const { caller, see, network } = setUp(1)
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    for (const [id, verdict] of [
      [1n, PEER_FEEDBACK.success],
      [2n, PEER_FEEDBACK.failure],
      [3n, 77],
    ] as const) {
      await caller.call(requestOf({ requestId: id }), signal)
      caller.submitFeedback(feedbackOn(id, verdict))
      caller.submitFeedback(feedbackOn(id, verdict))
    }
    caller.submitFeedback(feedbackOn(99n, PEER_FEEDBACK.badPeer))
    assert.deepEqual(network.said, ['succeeded', 'failed'])
  })

  it('of a bad peer has it asked no more', async () => {
    const { caller, see } = setUp(1, 2)
    caller.setKeyManager(KEY_MANAGER)
    await see(1, 2)
    const first = await caller.call(requestOf(), signal)
    caller.submitFeedback(feedbackOn(1n, PEER_FEEDBACK.badPeer))
    const second = await caller.call(requestOf(), signal)
    assert.ok(!equalBytes(first.node, second.node))
  })

  it(`is taken for ${FEEDBACK_MS_MAX} ms, and of ${RATED_CALLS_MAX} calls`, async () => {
    const { caller, see, network, time } = setUp(1)
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    await caller.call(requestOf({ requestId: 1n }), signal)
    await caller.call(requestOf({ requestId: 2n }), signal)
    time.advance(FEEDBACK_MS_MAX)
    caller.submitFeedback(feedbackOn(1n, PEER_FEEDBACK.success))
    time.advance(1)
    caller.submitFeedback(feedbackOn(2n, PEER_FEEDBACK.success))
    assert.equal(network.said.length, 1)
    for (let id = 1; id <= RATED_CALLS_MAX + 1; id++)
      await caller.call(requestOf({ requestId: BigInt(id) }), signal)
    caller.submitFeedback(feedbackOn(1n, PEER_FEEDBACK.success))
    assert.equal(network.said.length, 1)
    caller.submitFeedback(feedbackOn(2n, PEER_FEEDBACK.success))
    assert.equal(network.said.length, 2)
  })

  it('comes with the next call of those who number none, and is good if nothing is said', async () => {
    const { caller, see, network } = setUp(1)
    caller.setKeyManager(KEY_MANAGER)
    await see(1)
    const old = { requestId: 0n }
    await caller.call(requestOf(old), signal)
    assert.deepEqual(network.said, [])
    await caller.call(requestOf({ ...old, peerFeedback: PEER_FEEDBACK.failure }), signal)
    assert.deepEqual(network.said, ['failed'])
    await caller.call(requestOf(old), signal)
    assert.deepEqual(network.said, ['failed', 'succeeded'])
  })
})
