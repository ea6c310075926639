/** Key managers of a chain of ours, whose rules decide which of their secrets count. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import { randomBelow, SeededRandom } from '@wadi/base/random'
import { decode, encode } from '@wadi/cbor/codec'
import { KeymanagerState, KeymanagerStatus } from '@wadi/consensus/control/keymanagerStatus'
import { MemoryStore } from '@wadi/kv/memory-store'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import { EphemeralKeyRequest } from '@wadi/runtime-keymanager/methods'
import { KEY_MANAGER_ID } from '@wadi/runtime-keymanager/testing/testWorld'
import { KeyPair, KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { RpcRequest, RpcResponse } from '@wadi/runtime-protocol/enclave-rpc/message'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import { keyManagerMethods } from '@wadi/runtime-protocol/peers/methods'
import {
  EPOCH_BLOCKS,
  type KeyAsker,
  KeyManagerNetwork,
  RUNTIME_ID,
} from './testing/keyManagerNetwork.ts'

const EPOCH = Number(EPOCH_BLOCKS)
const keyPairId = KeyPairId.check(new Uint8Array(32).fill(3))

/** The keys that the runtime of a node gets, of the first generation, as text. */
async function keysOf(world: KeyManagerNetwork, asker: KeyAsker): Promise<string> {
  const status = await world.status()
  const name = { kind: 'long-term', keyPairId, generation: 0n } as const
  const pair = await world.during(
    asker.ask(
      (function* () {
        yield* asker.client.updateStatus(status)
        return yield* asker.client.keyPair(name)
      })(),
    ),
  )
  return toHex(encode(KeyPair, pair))
}

/** What each node alone gives a runtime that has never asked before. */
async function keysOfEach(world: KeyManagerNetwork, seed: number): Promise<string[]> {
  const all: string[] = []
  for (const node of world.nodes) {
    const others = world.nodes.filter((other) => other !== node && !other.isDown)
    for (const { network } of others) network.isCutOff = true
    const asker = world.asker(seed + all.length)
    await world.pass(1)
    all.push(await keysOf(world, asker))
    for (const { network } of others) network.isCutOff = false
  }
  return all
}

describe('key managers of a chain', () => {
  it('make secrets for each epoch, and all of them give the same keys', async () => {
    const world = new KeyManagerNetwork({ nodes: 3 })
    await world.pass(4 * EPOCH)
    const status = await world.status()
    assert.deepEqual(world.fatal, [])
    assert.equal(status.nodes?.length, 3)
    assert.equal(status.checksum?.length, 32)
    assert.equal(status.generation, 0n)
    for (const { worker } of world.nodes) {
      const { epoch, ephemeral, master } = worker.state
      assert.ok((ephemeral.published?.secret.epoch ?? 0n) >= epoch!.number)
      assert.equal(master.loadTries, 'done')
    }
    assert.equal(new Set(await keysOfEach(world, 1)).size, 1)
  })

  it('refuse at once what comes before their first secret, and give it afterwards', async () => {
    const world = new KeyManagerNetwork({ nodes: 2 })
    const asker = world.asker()
    const refusals = new Set<string>()
    let given: string | undefined
    for (let block = 0; block < 4 * EPOCH && given === undefined; block++) {
      await world.pass(1)
      const before = world.chain.height
      const asked = Promise.resolve().then(() => keysOf(world, asker))
      given = await asked.catch((error: unknown) => {
        assert.ok(isTold(error))
        refusals.add(error.reason)
        return undefined
      })
      assert.ok(world.chain.height - before <= 3n, `after ${world.chain.height - before} blocks`)
    }
    assert.ok(given !== undefined)
    // Nobody to ask, and whoever may not answer yet.
    assert.deepEqual([...refusals].sort(), ['keymanager.notReady', 'keymanager.transport'])
  })

  it('say what they have done, and count it under the names of the reference', async () => {
    const world = new KeyManagerNetwork({ nodes: 2, rotation: 1n })
    await world.pass(6 * EPOCH)
    const { generation } = await world.status()
    const statuses = world.nodes.map(({ worker }) => worker.status)
    for (const [i, status] of statuses.entries()) {
      assert.equal(status.status, KeymanagerState.names.ready)
      assert.deepEqual(status.clientRuntimes, [RUNTIME_ID])
      const [own, client] = status.accessList ?? []
      assert.deepEqual([own?.peers?.length, client?.peers?.length], [2, 0])
      const { worker } = status.secrets!
      assert.ok(worker.lastRegistration > 0n)
      assert.ok(worker.masterSecrets.lastLoadedGeneration >= generation)
      assert.ok(worker.ephemeralSecrets.numLoaded >= 3n)
      const metric = (name: string) =>
        world.nodes[i]!.metrics.collect().find((one) => one.metric.name === name)?.series[0]?.value
      const prefix = 'oasis_worker_keymanager_'
      const count = `${prefix}consensus_master_secret_generation_number`
      assert.equal(metric(count), Number(generation))
      assert.equal(metric(`${prefix}compute_runtime_count`), 1)
      assert.equal(metric(`${prefix}policy_update_count`), 1)
      assert.deepEqual(decode(KeymanagerStatus, encode(KeymanagerStatus, status)), status)
    }
    const made = statuses.map(({ secrets }) => secrets!.worker.ephemeralSecrets.numGenerated)
    assert.ok(made.reduce((sum, one) => sum + one) >= 3n)
  })

  it('have a new master secret when the policy says so, and know the old ones', async () => {
    const world = new KeyManagerNetwork({ nodes: 3, rotation: 2n })
    await world.pass(3 * EPOCH)
    const before = await keysOf(world, world.asker())
    await world.pass(5 * EPOCH)
    const { generation, nodes } = await world.status()
    assert.ok(generation >= 2n, `generation ${generation}`)
    assert.equal(nodes?.length, 3)
    assert.deepEqual(new Set(await keysOfEach(world, 1)), new Set([before]))
    assert.deepEqual(world.fatal, [])
  })

  it('go on without one, which comes back with what it kept, or copies it all', async () => {
    const world = new KeyManagerNetwork({ nodes: 4, rotation: 2n })
    await world.pass(3 * EPOCH)
    const before = await keysOf(world, world.asker())
    await world.kill(0)
    await world.pass(4 * EPOCH)
    const { generation, nodes } = await world.status()
    assert.ok(generation >= 1n)
    assert.equal(nodes?.length, 3)
    // One with its disk, one with a new one.
    world.open(0, world.nodes[0]!.local)
    await world.kill(1)
    world.open(1)
    await world.pass(4 * EPOCH)
    assert.equal((await world.status()).nodes?.length, 4)
    assert.deepEqual(new Set(await keysOfEach(world, 1)), new Set([before]))
    assert.deepEqual(world.fatal, [])
  })

  it('go on with enclaves that begin anew, at any time', async () => {
    const world = new KeyManagerNetwork({ nodes: 3, rotation: 2n })
    await world.pass(3 * EPOCH)
    const before = await keysOf(world, world.asker())
    for (let i = 0; i < 6; i++) {
      const { host } = world.nodes[i % 3]!
      await host.stop()
      await world.pass(i)
      host.start()
      await world.pass(EPOCH - 3)
    }
    await world.pass(2 * EPOCH)
    const { nodes, generation } = await world.status()
    assert.equal(nodes?.length, 3)
    assert.ok(generation >= 2n, `generation ${generation}`)
    assert.deepEqual(new Set(await keysOfEach(world, 1)), new Set([before]))
    assert.deepEqual(world.fatal, [])
  })

  it('keep every secret while any minority of them comes and goes, disks included', async () => {
    const random = new SeededRandom(11n)
    const world = new KeyManagerNetwork({ nodes: 5, rotation: 1n })
    await world.pass(3 * EPOCH)
    const before = await keysOf(world, world.asker())
    for (let i = 0; i < 16; i++) {
      const down = world.nodes.flatMap(({ isDown }, index) => (isDown ? [index] : []))
      const index = randomBelow(random, 5)
      if (!world.nodes[index]!.isDown && down.length < 2) await world.kill(index)
      const [back] = down
      if (back !== undefined && randomBelow(random, 2) === 0) {
        const isNewDisk = randomBelow(random, 3) === 0
        world.open(back, isNewDisk ? new MemoryStore() : world.nodes[back]!.local)
      }
      await world.pass(1 + randomBelow(random, EPOCH))
    }
    for (const [index, { isDown, local }] of world.nodes.entries())
      if (isDown) world.open(index, local)
    await world.pass(4 * EPOCH)
    const { nodes, generation } = await world.status()
    assert.equal(nodes?.length, 5)
    assert.ok(generation >= 5n, `generation ${generation}`)
    assert.deepEqual(new Set(await keysOfEach(world, 1)), new Set([before]))
    assert.deepEqual(world.fatal, [])
  })

  it('answer whatever is sent to them with an error, and go on', async () => {
    const world = new KeyManagerNetwork({ nodes: 1 })
    await world.pass(3 * EPOCH)
    const { network } = world.asker()
    const random = new SeededRandom(3n)
    const protocol = runtimeProtocolOf(
      world.chainContext,
      RUNTIME_SERVICES.keymanager,
      KEY_MANAGER_ID,
    )
    const send = (method: string, body: Uint8Array) =>
      new Promise<string>((resolve) => {
        const question = { protocol, method, body, read: () => 'answered' }
        network.ask(question, (outcome) =>
          resolve(outcome.kind === 'failed' ? outcome.error.reason : outcome.answer.value),
        )
      })
    for (let i = 0; i < 200; i++) {
      const data = random.bytes(randomBelow(random, 100))
      const body = encode(keyManagerMethods.callEnclave.request, { data, kind: i % 4 })
      assert.notEqual(
        await world.during(send('CallEnclave', i % 5 === 0 ? data : body)),
        'answered',
      )
    }
    assert.equal(await send('init', new Uint8Array(0)), 'p2p/rpc.methodNotSupported')
    assert.deepEqual(world.fatal, [])
    await world.pass(EPOCH)
    assert.equal((await world.status()).nodes?.length, 1)
  })

  it('make secrets although transactions of one are always lost', async () => {
    const isLost = (node: number, method: string) => node === 0 && method.startsWith('keymanager.')
    const world = new KeyManagerNetwork({ nodes: 3, isLost })
    await world.pass(4 * EPOCH)
    const { checksum } = await world.status()
    assert.equal(checksum?.length, 32)
    const { ephemeral, epoch } = world.nodes[0]!.worker.state
    assert.ok((ephemeral.published?.secret.epoch ?? 0n) >= epoch!.number)
  })

  it('give public keys to everybody, and copies of secrets to key managers only', async () => {
    const world = new KeyManagerNetwork({ nodes: 2 })
    await world.pass(4 * EPOCH)
    const { caller } = world.asker()
    await world.pass(1)
    const { signal } = new AbortController()
    const { number: epoch } = world.nodes[0]!.worker.state.epoch!
    const height = world.chain.height
    const args = encode(EphemeralKeyRequest, { height, runtimeId: RUNTIME_ID, keyPairId, epoch })
    const call = (method: string) => ({
      endpoint: 'key-manager',
      requestId: 1n,
      request: encode(RpcRequest, { method, args }),
      kind: RPC_KINDS.insecureQuery,
      nodes: [],
      peerFeedback: undefined,
    })
    const { response } = await world.during(caller.call(call('get_public_ephemeral_key'), signal))
    assert.equal(decode(RpcResponse, response).body.kind, 'Success')
    await assert.rejects(caller.call(call('replicate_master_secret'), signal), {
      reason: 'keymanager/access.notAuthorized',
    })
  })
})
