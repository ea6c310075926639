import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { checksumOfMasterSecret, firstChecksum } from './derivation.ts'
import { insecureIdentity } from './identity.ts'
import { initializeSecrets, type SecretSource } from './initializeSecrets.ts'
import { SecretStore } from './secretStore.ts'
import { saying } from './testing/testPeer.ts'
import { KEY_MANAGER_ID, TestWorld } from './testing/testWorld.ts'

const { build } = insecureIdentity
const secretOf = (byte: number) => new Secret(new Uint8Array(32).fill(byte))
const next = (byte: number, last: Uint8Array) => checksumOfMasterSecret(build, secretOf(byte), last)

const start = firstChecksum(KEY_MANAGER_ID)
const chain = [next(1, start), next(2, next(1, start))] as const

/** Somebody who gives secrets as they should be: generation 0 is 1, generation 1 is 2. */
const honest: SecretSource = {
  masterSecret: (generation, take) => {
    const lastChecksum = generation === 0n ? new Uint8Array(0) : chain[0]
    return saying(take({ secret: secretOf(Number(generation) + 1), lastChecksum }))
  },
  ephemeralSecret: () => saying(undefined),
}

/** An enclave and its host. */
function enclave() {
  const world = new TestWorld(1)
  const [node] = world.nodes
  assert.ok(node !== undefined)
  const store = new SecretStore(insecureIdentity, new SeededRandom(1n))
  const initialize = (generation: bigint, checksum: Uint8Array, source = honest) => {
    const expected = { keyManagerId: KEY_MANAGER_ID, generation, checksum, epoch: 1n }
    return world.run(node, initializeSecrets({ store, build, source }, expected))
  }
  const save = (generation: bigint, byte: number, last: Uint8Array) => {
    const of = { keyManagerId: KEY_MANAGER_ID, generation }
    world.run(node, store.storage.saveSecret(of, secretOf(byte)))
    world.run(node, store.storage.saveChecksum(generation, last))
  }
  return { world, node, store, initialize, save }
}

describe('initialization', () => {
  it('copies what is missing, the last generation first, and keeps it', () => {
    const { node, initialize, store } = enclave()
    assert.deepEqual(initialize(1n, chain[1]).checksum, chain[1])
    assert.equal(store.current?.generation, 1n)
    assert.equal(node.storage.size, 4)
  })

  it('takes no proposal that is not the one that was accepted', () => {
    const { world, node, initialize, store } = enclave()
    const of = { keyManagerId: KEY_MANAGER_ID, generation: 0n }
    world.run(node, store.storage.saveProposal(of, secretOf(9)))
    initialize(0n, chain[0])
    const kept = world.run(node, store.masterSecret(0n))
    assert.deepEqual(kept.reveal(), secretOf(1).reveal())
  })

  it('refuses a secret with its host that does not lead to the last checksum', () => {
    const { initialize, save } = enclave()
    // Generation 0 is lost, and generation 1 is said to follow another one.
    save(1n, 2, start)
    assert.throws(() => initialize(1n, chain[1]), { message: 'key manager storage corrupted' })
    save(1n, 3, chain[0])
    assert.throws(() => initialize(1n, chain[1]), { message: 'key manager storage corrupted' })
    save(1n, 2, chain[0])
    assert.deepEqual(initialize(1n, chain[1]).checksum, chain[1])
  })

  it('forgets everything if the chain does not go through the secret that it has', () => {
    const { store, initialize } = enclave()
    store.setKeyManagerId(KEY_MANAGER_ID)
    store.accept(0n, next(9, start), secretOf(9))
    assert.throws(() => initialize(1n, chain[1]), { message: 'key manager state corrupted' })
    assert.equal(store.current, undefined)
  })

  it('forgets everything if it has more generations than there are', () => {
    const { store, initialize } = enclave()
    initialize(1n, chain[1])
    assert.throws(() => initialize(0n, chain[0]), { message: 'key manager state corrupted' })
    assert.equal(store.current, undefined)
  })

  it('keeps nothing that was not checked', () => {
    const { node, initialize } = enclave()
    const lying: SecretSource = {
      ...honest,
      masterSecret: (_, take) => saying(take({ secret: secretOf(7), lastChecksum: chain[0] })),
    }
    const refused = { message: 'master secret generation 1 not replicated' }
    assert.throws(() => initialize(1n, chain[1], lying), refused)
    const prefix = toHex(toUtf8('keymanager_master_secret'))
    assert.ok(![...node.storage.keys()].some((key) => key.startsWith(prefix)))
  })
})
