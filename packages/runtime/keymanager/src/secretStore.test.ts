import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import type { X25519 } from '@wadi/crypto/x25519/x25519'
import { PublicKey } from '@wadi/primitives/publicKey'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { Enclave } from './enclave.ts'
import { insecureIdentity } from './identity.ts'
import {
  COMMITTEE_COUNT_MAX,
  EPHEMERAL_KEY_COUNT_MAX,
  LONG_TERM_KEY_COUNT_MAX,
  MASTER_SECRET_COUNT_MAX,
} from './limits.ts'
import { SecretStore } from './secretStore.ts'
import { initialize, rotate } from './testing/secretLife.ts'
import { runAlone } from './testing/testPeer.ts'
import {
  KEY_MANAGER_ID,
  OPEN_POLICY,
  RUNTIME_ID,
  type TestNode,
  TestWorld,
} from './testing/testWorld.ts'

/** A name that no other index has. */
function bytesOf(index: number): Uint8Array {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, index)
  return bytes
}

const ownerOf = (index: number) => ({
  runtimeId: RUNTIME_ID,
  keyPairId: KeyPairId.check(bytesOf(index)),
})
const secret = new Secret(new Uint8Array(32).fill(1))

function storeWithSecret(): SecretStore {
  const store = new SecretStore(insecureIdentity, new SeededRandom(1n))
  store.setKeyManagerId(KEY_MANAGER_ID)
  store.accept(0n, new Uint8Array(32), secret)
  store.addEphemeralSecret(1n, secret)
  return store
}

describe('secrets in memory', () => {
  it(`are the last ${MASTER_SECRET_COUNT_MAX} generations; older ones are with the host`, () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    const { store } = node.server.enclave
    const askedFor = (generation: bigint) => {
      node.asked.length = 0
      world.run(node, store.masterSecret(generation))
      return node.asked.length
    }
    for (let count = 0; count < MASTER_SECRET_COUNT_MAX; count++) rotate(world, [node])
    assert.equal(askedFor(0n), 0)
    // Generation 0 was used last.
    rotate(world, [node])
    assert.deepEqual([0n, 1n, 2n].map(askedFor), [0, 1, 0])
  })

  it('are forgotten, and the key manager with them, when they cannot be right', () => {
    const store = storeWithSecret()
    store.reset()
    assert.equal(store.current, undefined)
    assert.throws(() => store.keyManagerId, { message: 'key manager is not initialized' })
    assert.throws(() => store.ephemeralSecret(1n), {
      message: 'ephemeral secret for epoch 1 not found',
    })
  })

  it('are of one key manager, for ever', () => {
    const store = storeWithSecret()
    assert.throws(() => store.setKeyManagerId(RUNTIME_ID), { message: 'runtime mismatch' })
  })
})

describe('keys in memory', () => {
  it(`that last are ${LONG_TERM_KEY_COUNT_MAX}`, () => {
    const store = storeWithSecret()
    const keysOf = (index: number) => runAlone(store.longTermKeys(ownerOf(index), 0n))
    const [first, second] = [keysOf(0), keysOf(1)]
    for (let index = 2; index < LONG_TERM_KEY_COUNT_MAX; index++) keysOf(index)
    assert.equal(keysOf(0), first)
    keysOf(LONG_TERM_KEY_COUNT_MAX)
    assert.equal(keysOf(0), first)
    assert.notEqual(keysOf(1), second)
    assert.deepEqual(keysOf(1), second)
  })

  it(`of epochs are ${EPHEMERAL_KEY_COUNT_MAX}`, () => {
    const store = storeWithSecret()
    const keysOf = (index: number) => store.ephemeralKeys(ownerOf(index), 1n)
    const [first, second] = [keysOf(0), keysOf(1)]
    for (let index = 2; index < EPHEMERAL_KEY_COUNT_MAX; index++) keysOf(index)
    assert.equal(keysOf(0), first)
    keysOf(EPHEMERAL_KEY_COUNT_MAX)
    assert.equal(keysOf(0), first)
    assert.notEqual(keysOf(1), second)
    assert.deepEqual(keysOf(1), second)
  })
})

describe('copies of secrets', () => {
  it(`are asked of ${COMMITTEE_COUNT_MAX} nodes and no more, each as often as is usual`, () => {
    // Nobody answers, so nobody looks at the keys.
    const x25519: X25519 = { publicKey: (key) => key, agree: () => undefined }
    const enclave = new Enclave(KEY_MANAGER_ID, {
      identity: insecureIdentity,
      policy: OPEN_POLICY,
      random: new SeededRandom(1n),
      clock: new FakeClock(),
      x25519,
    })
    const nodes = Array.from({ length: COMMITTEE_COUNT_MAX + 1 }, (_, i) =>
      PublicKey.check(bytesOf(i)),
    )
    const world = new TestWorld(0)
    let count = 0
    world.intercept = (request, next) => {
      if (request.kind === 'HostRPCCallRequest') count++
      return next()
    }
    const source = enclave.openSource(nodes)
    assert.equal(
      world.run(
        undefined,
        source.ephemeralSecret(1n, () => true),
      ),
      undefined,
    )
    assert.equal(count, 4 * COMMITTEE_COUNT_MAX)
  })
})
