import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { bytes } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
} from '@wadi/consensus/keymanager'
import * as keys from '@wadi/consensus/keymanager/keys'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import { KeyPair, KeyPairId, SignedPublicKey } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import * as keyMethods from './keyMethods.ts'
import { EPHEMERAL_KEY_AGE_MAX, EPHEMERAL_SECRET_COUNT_MAX, HEIGHT_AGE_MAX } from './limits.ts'
import * as wire from './methods.ts'
import {
  initialize,
  load,
  loadEphemeral,
  propose,
  proposeEphemeral,
  publishEphemeral,
  rotate,
} from './testing/secretLife.ts'
import { OPEN_POLICY, RUNTIME_ID, type TestNode, TestWorld } from './testing/testWorld.ts'

const keyPairId = KeyPairId.check(new Uint8Array(32).fill(3))
const PROPOSAL_KEY = toHex(toUtf8('keymanager_master_secret_proposal'))
const refuses = (message: string) => ({ message })

/** The keys that a node's enclave gives for a generation, in hex. */
function keysOf(world: TestWorld, node: TestNode, generation: bigint): string {
  const request = { height: world.height, runtimeId: RUNTIME_ID, keyPairId, generation }
  const { enclave } = node.server
  const pair = world.run(node, keyMethods.longTermKeys(enclave, request, undefined))
  return toHex(encodeRust(KeyPair, pair))
}

function ephemeralKeysOf(world: TestWorld, node: TestNode, epoch: bigint): string {
  const request = { height: world.height, runtimeId: RUNTIME_ID, keyPairId, epoch }
  const { enclave } = node.server
  const pair = world.run(node, keyMethods.ephemeralKeys(enclave, request, undefined))
  return toHex(encodeRust(KeyPair, pair))
}

describe('the secrets of a committee', () => {
  it('are made, taken and rotated by all, and all give the same keys', () => {
    const world = new TestWorld(2)
    const [a, b] = world.nodes as [TestNode, TestNode]
    for (const node of world.nodes) {
      const { initResponse } = initialize(world, node)
      assert.deepEqual(initResponse, {
        isSecure: false,
        checksum: new Uint8Array(0),
        nextChecksum: new Uint8Array(0),
        policyChecksum: new Uint8Array(0),
        rsk: undefined,
        nextRsk: undefined,
      })
    }
    for (let generation = 0n; generation < 4n; generation++) {
      rotate(world, [a, b])
      assert.equal(keysOf(world, a, generation), keysOf(world, b, generation))
    }
    const all = [0n, 1n, 2n, 3n].map((generation) => keysOf(world, a, generation))
    assert.equal(new Set(all).size, all.length)
    const [first, second] = [initialize(world, a), initialize(world, b)]
    assert.deepEqual(first, second)
    assert.deepEqual(first.initResponse.checksum, world.status.checksum)
  })

  it('are copied by who comes later, and checked back to the first', () => {
    const world = new TestWorld(1)
    const [old] = world.nodes as [TestNode]
    initialize(world, old)
    for (let i = 0; i < 3; i++) rotate(world, [old])
    publishEphemeral(world, [old])
    const fresh = world.addNode(1)
    assert.deepEqual(initialize(world, fresh), initialize(world, old))
    for (const generation of [0n, 1n, 2n])
      assert.equal(keysOf(world, fresh, generation), keysOf(world, old, generation))
    const { epoch } = world
    assert.equal(ephemeralKeysOf(world, fresh, epoch + 1n), ephemeralKeysOf(world, old, epoch + 1n))
  })

  it('are not copied from who gives others than the consensus layer names', () => {
    const world = new TestWorld(1)
    const [liar] = world.nodes as [TestNode]
    initialize(world, liar)
    rotate(world, [liar])
    const fresh = world.addNode(1)
    // The chain ends elsewhere: what the first enclave has is none of it.
    world.setStatus({ checksum: new Uint8Array(32).fill(9) })
    const refused = refuses('master secret generation 0 not replicated')
    assert.throws(() => initialize(world, fresh), refused)
    assert.equal(fresh.storage.size, 0)
  })

  it('survive their enclave with its host, and are refused when the host has changed them', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    for (let i = 0; i < 2; i++) rotate(world, [node])
    const before = [0n, 1n].map((generation) => keysOf(world, node, generation))
    const restarted = world.addNode(0)
    for (const [key, value] of node.storage) restarted.storage.set(key, value)
    initialize(world, restarted)
    assert.deepEqual(
      [0n, 1n].map((generation) => keysOf(world, restarted, generation)),
      before,
    )
    for (const [key, value] of node.storage) {
      const damaged = world.addNode(0)
      for (const entry of node.storage) damaged.storage.set(...entry)
      damaged.storage.set(key, value.with(0, value[0]! ^ 1))
      // Nobody has accepted the proposal, so nobody minds if it is lost.
      if (key === PROPOSAL_KEY) initialize(world, damaged)
      else assert.throws(() => initialize(world, damaged), refuses('key manager storage corrupted'))
    }
    assert.equal(node.storage.size, 5)
  })

  it('of an epoch are forgotten after twenty', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    rotate(world, [node])
    const { store } = node.server.enclave
    const first = world.epoch + 1n
    for (let count = 0; count < EPHEMERAL_SECRET_COUNT_MAX; count++) {
      publishEphemeral(world, [node])
      world.nextEpoch()
    }
    assert.ok(store.ephemeralSecret(first))
    publishEphemeral(world, [node])
    assert.throws(
      () => store.ephemeralSecret(first),
      refuses(`ephemeral secret for epoch ${first} not found`),
    )
    assert.ok(store.ephemeralSecret(first + 1n))
  })

  it('of an epoch that are encrypted for nobody are had by nobody', () => {
    const world = new TestWorld(2)
    const [a, b] = world.nodes as [TestNode, TestNode]
    for (const node of [a, b]) initialize(world, node)
    rotate(world, [a, b])
    const secret = proposeEphemeral(world, a)
    world.publish(keys.ephemeralSecrets, SignedEncryptedEphemeralSecret, secret)
    loadEphemeral(world, a, secret)
    const epoch = world.epoch + 1n
    // Enclaves without hardware share one key: if it is not named, nobody else is known to be able.
    const { pubKey, checksum } = secret.secret.secret
    const forNobody = {
      ...secret,
      secret: { ...secret.secret, secret: { pubKey, checksum, ciphertexts: undefined } },
    }
    world.publish(keys.ephemeralSecrets, SignedEncryptedEphemeralSecret, forNobody)
    assert.throws(
      () => loadEphemeral(world, b, forNobody),
      refuses(`ephemeral secret for epoch ${epoch} not replicated`),
    )
  })
})

describe('a secret', () => {
  it('is taken only as it was published, with its own checksum', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    const proposal = propose(world, node, 0n)
    assert.throws(() => load(world, node, proposal), refuses('master secret not published'))
    const { secret } = proposal.secret
    const changed = {
      ...proposal,
      secret: { ...proposal.secret, secret: { ...secret, checksum: new Uint8Array(32) } },
    }
    world.publish(keys.masterSecrets, SignedEncryptedMasterSecret, changed)
    assert.throws(() => load(world, node, proposal), refuses('master secret not published'))
    assert.throws(() => load(world, node, changed), refuses('master secret checksum mismatch'))
    const ephemeral = proposeEphemeral(world, node)
    assert.throws(
      () => loadEphemeral(world, node, ephemeral),
      refuses('ephemeral secret not published'),
    )
  })

  it('of an epoch is taken with its own checksum, in its own epoch', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    const ephemeral = proposeEphemeral(world, node)
    const taking = (change: Partial<typeof ephemeral.secret>) => {
      const signedSecret = { ...ephemeral, secret: { ...ephemeral.secret, ...change } }
      world.publish(keys.ephemeralSecrets, SignedEncryptedEphemeralSecret, signedSecret)
      return () => loadEphemeral(world, node, signedSecret)
    }
    const { epoch, secret } = ephemeral.secret
    const other = { ...secret, checksum: new Uint8Array(32) }
    assert.throws(taking({ secret: other }), refuses('ephemeral secret checksum mismatch'))
    const none = { ...secret, checksum: undefined }
    assert.throws(taking({ secret: none }), refuses('ephemeral secret checksum mismatch'))
    assert.throws(taking({ epoch: epoch + 1n }), refuses('Tag verification failed'))
    taking({})()
  })

  it('that was accepted while it was being kept is no proposal any more', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    const proposal = propose(world, node, 0n)
    world.publish(keys.masterSecrets, SignedEncryptedMasterSecret, proposal)
    load(world, node, proposal)
    let isNested = false
    world.intercept = (request, next) => {
      if (request.kind !== 'HostLocalStorageSetRequest' || isNested) return next()
      isNested = true
      world.accept(proposal)
      initialize(world, node)
      return next()
    }
    const late = refuses('invalid generation: expected 1, got 0')
    assert.throws(() => load(world, node, proposal), late)
    assert.equal(node.server.enclave.store.state.nextChecksum.length, 0)
  })

  it('is refused if its ciphertext is damaged, moved to another generation, or cut', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    const proposal = propose(world, node, 0n)
    const { ciphertexts } = proposal.secret.secret
    const [[rek, text]] = [...ciphertexts!] as [readonly [X25519PublicKey, Uint8Array]]
    const taking = (generation: bigint, ciphertext: Uint8Array) => {
      const changed = keyedMap(X25519PublicKey, [[rek, ciphertext]])
      const encrypted = { ...proposal.secret.secret, ciphertexts: changed }
      const secret = { ...proposal.secret, generation, secret: encrypted }
      world.publish(keys.masterSecrets, SignedEncryptedMasterSecret, { ...proposal, secret })
      return () => load(world, node, { ...proposal, secret })
    }
    assert.throws(taking(1n, text), refuses('Tag verification failed'))
    assert.throws(taking(0n, text.with(5, text[5]! ^ 1)), refuses('Tag verification failed'))
    for (const size of [0, 30, 31, 62, 64])
      assert.throws(taking(0n, new Uint8Array(size)), refuses('invalid ciphertext'))
    taking(0n, text)()
  })

  it('is made for the next generation and the next epoch only', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    assert.throws(() => propose(world, node, 1n), refuses('invalid generation: expected 0, got 1'))
    const args = encodeRust(wire.GenerateEphemeralSecretRequest, { epoch: 3n })
    const result = wire.GenerateEphemeralSecretResponse
    const make = () => world.local(node, 'generate_ephemeral_secret', [args, result])
    assert.throws(make, refuses('invalid epoch: expected 2, got 3'))
  })

  it('is not made before the key manager is known, nor by who is not in the committee', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    assert.throws(() => propose(world, node, 0n), refuses('key manager is not initialized'))
    initialize(world, node)
    world.setStatus({ nodes: [] })
    assert.throws(() => propose(world, node, 0n), refuses('runtime encryption key not published'))
  })
})

describe('getting ready', () => {
  it('refuses a status that the consensus layer has not', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    const { status } = world
    const init = (change: Partial<typeof status>) => {
      world.run(node, node.server.enclave.view.sync(0n))
      const args = encodeRust(wire.InitRequest, { status: { ...status, ...change } })
      return world.local(node, 'init', [args, nilable(bytes)])
    }
    for (const change of [
      { generation: 1n },
      { isSecure: true },
      { nodes: [] },
      { checksum: new Uint8Array(32) },
    ])
      assert.throws(() => init(change), refuses('status mismatch'))
    world.setStatus({ checksum: new Uint8Array(32) })
    assert.throws(() => init({}), refuses('status mismatch'))
  })

  it('forgets everything when the consensus layer says that there was never a secret', () => {
    const world = new TestWorld(1)
    const [node] = world.nodes as [TestNode]
    initialize(world, node)
    rotate(world, [node])
    world.setStatus({ checksum: undefined, generation: 0n })
    assert.throws(() => initialize(world, node), refuses('key manager state corrupted'))
    assert.equal(node.server.enclave.store.current, undefined)
  })

  it('needs a policy unless it believes everybody', () => {
    const world = new TestWorld(1, { ...OPEN_POLICY, access: 'by policy' })
    const [node] = world.nodes as [TestNode]
    assert.throws(() => initialize(world, node), refuses('policy required'))
  })
})

describe('who asks for keys', () => {
  const world = new TestWorld(1)
  const [node] = world.nodes as [TestNode]
  initialize(world, node)
  publishEphemeral(world, [node])
  rotate(world, [node])
  const { enclave } = node.server
  const request = { height: world.height, runtimeId: RUNTIME_ID, keyPairId, generation: 0n }

  it(`may be ${HEIGHT_AGE_MAX} blocks behind and no more`, () => {
    const tip = world.height + 10_000n
    enclave.view.see(tip)
    const ask = (height: bigint) =>
      world.run(node, keyMethods.longTermKeys(enclave, { ...request, height }, undefined))
    assert.ok(ask(tip - HEIGHT_AGE_MAX))
    assert.throws(() => ask(tip - HEIGHT_AGE_MAX - 1n), refuses('height is not fresh'))
    world.run(node, enclave.view.sync(0n))
  })

  it('gets no generation that is not there yet', () => {
    const ask = () =>
      world.run(node, keyMethods.longTermKeys(enclave, { ...request, generation: 1n }, undefined))
    assert.throws(ask, refuses('generation is in the future: expected max 0, got 1'))
  })

  it(`gets keys of the next epoch, and of those up to ${EPHEMERAL_KEY_AGE_MAX} epochs ago`, () => {
    const { epoch } = world
    const ask = (wanted: bigint) =>
      world.run(node, keyMethods.publicEphemeralKey(enclave, { ...request, epoch: wanted }))
    assert.equal(ask(epoch).expiration, epoch + EPHEMERAL_KEY_AGE_MAX)
    assert.throws(
      () => ask(epoch + 1n),
      refuses(`ephemeral secret for epoch ${epoch + 1n} not found`),
    )
    const early = refuses(`invalid epoch: expected ${epoch}, got ${epoch + 2n}`)
    assert.throws(() => ask(epoch + 2n), early)
    for (let count = 0n; count < EPHEMERAL_KEY_AGE_MAX; count++) world.nextEpoch()
    assert.ok(ask(epoch))
    world.nextEpoch()
    const late = refuses(`invalid epoch: expected ${world.epoch}, got ${epoch}`)
    assert.throws(() => ask(epoch), late)
  })

  it('has to have shown an enclave where there is a policy', () => {
    const guarded = new TestWorld(1, { ...OPEN_POLICY, access: 'by policy' })
    const [other] = guarded.nodes as [TestNode]
    const asking = [
      keyMethods.longTermKeys(other.server.enclave, request, undefined),
      keyMethods.ephemeralKeys(other.server.enclave, { ...request, epoch: 1n }, undefined),
      keyMethods.replicateMasterSecret(other.server.enclave, request, undefined),
      keyMethods.replicateEphemeralSecret(
        other.server.enclave,
        { height: 1n, epoch: 1n },
        undefined,
      ),
    ]
    for (const conversation of asking)
      assert.throws(
        () => guarded.run(other, conversation as never),
        refuses('client session is not authenticated'),
      )
  })
})

describe('calls', () => {
  const world = new TestWorld(1)
  const [node] = world.nodes as [TestNode]

  function call(kind: number, method: string, args: Uint8Array = Uint8Array.of(0xf6)) {
    const request = encodeRust(RpcRequest, { method, args })
    const body = { request, kind, peerId: new Uint8Array(0) }
    const answer = world.serve(node, { kind: 'RuntimeRPCCallRequest', body })
    assert.ok(
      answer.kind === 'RuntimeRPCCallResponse' || answer.kind === 'RuntimeLocalRPCCallResponse',
    )
    return Buffer.from(answer.body.response).toString('latin1')
  }

  it('of methods that there are not, or not for this kind, are told so', () => {
    const insecure = (name: string) => call(RPC_KINDS.insecureQuery, name)
    assert.match(insecure('unheard'), /method not found: "unheard"$/)
    assert.match(insecure('a"\n\u0001'), /method not found: "a\\"\\n\\u\{1\}"$/)
    assert.match(
      insecure('get_or_create_keys'),
      /invalid RPC kind: "get_or_create_keys" \(InsecureQuery\)$/,
    )
    assert.match(insecure('init'), /invalid RPC kind: "init" \(InsecureQuery\)$/)
    assert.match(insecure('get_public_key'), /key manager is not initialized$/)
    assert.match(call(RPC_KINDS.localQuery, 'get_public_key'), /\(LocalQuery\)$/)
  })

  it('with arguments that cannot be read are told how', () => {
    const insecure = (...args: number[]) =>
      call(RPC_KINDS.insecureQuery, 'get_public_key', Uint8Array.of(...args))
    assert.match(insecure(0xa1, 0x61, 0x61, 0x01), /unknown field$/)
    assert.match(insecure(0x01), /unexpected type$/)
    assert.match(insecure(0xa1, 0x66, ...Buffer.from('height'), 0x61, 0x61), /unexpected type$/)
  })

  it('that are none are refused to the host', () => {
    for (const kind of [RPC_KINDS.insecureQuery, RPC_KINDS.localQuery, 3, 255]) {
      const body = { request: Uint8Array.of(0xff), kind, peerId: new Uint8Array(0) }
      const refused = { module: 'rhp/dispatcher', code: 1, message: 'malformed request' }
      assert.throws(() => world.serve(node, { kind: 'RuntimeRPCCallRequest', body }), refused)
    }
  })

  it('for public keys are answered to everybody, with the word of the key manager', () => {
    initialize(world, node)
    rotate(world, [node])
    const request = { height: 0n, runtimeId: RUNTIME_ID, keyPairId, generation: 0n }
    const args = encodeRust(wire.LongTermKeyRequest, request)
    const text = call(RPC_KINDS.insecureQuery, 'get_public_key', args)
    const { enclave } = node.server
    const signed = world.run(node, keyMethods.publicLongTermKey(enclave, request))
    assert.ok(text.includes(Buffer.from(encodeRust(SignedPublicKey, signed)).toString('latin1')))
    assert.deepEqual(signed.checksum, world.status.checksum)
  })
})
