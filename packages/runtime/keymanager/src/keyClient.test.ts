import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { PolicySgx, type SignedPolicySgx } from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import {
  KEY_MANAGER_NOT_READY,
  KEY_MANAGER_SAID,
  KEY_MANAGER_UNHEARD,
  KeyPair,
  KeyPairId,
  type KeyPairName,
  SignedPublicKey,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import { Frame, RpcResponse } from '@wadi/runtime-protocol/enclave-rpc/message'
import { PEER_FEEDBACK } from '@wadi/runtime-protocol/host-protocol/services'
import fc from 'fast-check'
import type { Conversation } from './conversation.ts'
import { KeyClient, type KeyClientOptions } from './keyClient.ts'
import * as keyMethods from './keyMethods.ts'
import {
  CALL_AGAIN_SECONDS_MAX,
  CLIENT_KEY_COUNT_MAX,
  HEIGHT_AGE_MAX,
  REFUSED_PAUSES_MS,
  RETRY_PAUSES_MS,
} from './limits.ts'
import { initialize, publishEphemeral, rotate } from './testing/secretLife.ts'
import { OPEN_POLICY, RUNTIME_ID, type TestNode, TestWorld } from './testing/testWorld.ts'

const { success, failure } = PEER_FEEDBACK

function idOf(index: number): KeyPairId {
  const id = new Uint8Array(32)
  new DataView(id.buffer).setUint32(0, index)
  return KeyPairId.check(id)
}

const longTerm = (index: number, generation = 0n): KeyPairName => ({
  kind: 'long-term',
  keyPairId: idOf(index),
  generation,
})
const ephemeral = (index: number, epoch: bigint): KeyPairName => ({
  kind: 'ephemeral',
  keyPairId: idOf(index),
  epoch,
})

/** A committee with a secret, and a runtime that knows of it. */
function serving(nodeCount = 2, policy: KeyClientOptions['policy'] = OPEN_POLICY) {
  const world = new TestWorld(nodeCount)
  const nodes = world.nodes as [TestNode, TestNode]
  for (const node of nodes) initialize(world, node)
  publishEphemeral(world, nodes)
  rotate(world, nodes)
  world.setStatus({ rsk: nodes[0].server.enclave.store.state.rsk })
  world.feedback.length = 0
  world.pausedMs = 0
  const client = new KeyClient(RUNTIME_ID, { ...world, policy })
  const update = () => {
    world.run(undefined, client.view.sync(0n))
    world.run(undefined, client.updateStatus(world.status))
  }
  return { world, nodes, client, update }
}

/** How often enclaves were called while this was done. */
function callsOf(world: TestWorld, work: () => unknown): number {
  let count = 0
  world.intercept = (request, next) => {
    if (request.kind === 'HostRPCCallRequest') count++
    return next()
  }
  work()
  world.intercept = (_, next) => next()
  return count
}

describe('a runtime that asks for its keys', () => {
  it('is given what the key manager derives, over one session, and asks once for each', () => {
    const { world, client, nodes, update } = serving()
    update()
    const fetch = (index: number) => world.run(undefined, client.keyPair(longTerm(index)))
    assert.equal(
      callsOf(world, () => fetch(1)),
      3,
    )
    assert.equal(
      callsOf(world, () => fetch(2)),
      1,
    )
    assert.equal(
      callsOf(world, () => fetch(1)),
      0,
    )
    const request = {
      height: world.height,
      runtimeId: RUNTIME_ID,
      keyPairId: idOf(1),
      generation: 0n,
    }
    const { enclave } = nodes[1].server
    const expected = world.run(nodes[1], keyMethods.longTermKeys(enclave, request, undefined))
    assert.deepEqual(encodeRust(KeyPair, fetch(1)), encodeRust(KeyPair, expected))
    assert.deepEqual(client.knownPair(longTerm(1)), fetch(1))
    assert.equal(client.knownPair(longTerm(3)), undefined)
    assert.deepEqual(world.feedback, [success, success, success, success])
  })

  it('is given keys of epochs, public and private, that belong together', () => {
    const { world, client, update } = serving()
    update()
    const name = ephemeral(1, world.epoch)
    const pair = world.run(undefined, client.keyPair(name))
    const key = world.run(undefined, client.publicKey(name))
    assert.deepEqual(key.key, pair.inputKeypair.pk)
    assert.equal(key.expiration, world.epoch + 10n)
    assert.equal(
      callsOf(world, () => world.run(undefined, client.publicKey(name))),
      0,
    )
    for (let count = 0; count < 11; count++) world.nextEpoch()
    world.run(undefined, client.view.sync(0n))
    // What was signed holds no more, and the key manager signs it no more.
    const late = { message: /^call failed: invalid epoch/ }
    assert.throws(() => world.run(undefined, client.publicKey(name)), late)
  })

  it('tells what the key manager says, and gives such a peer bad marks', () => {
    const { world, client, update } = serving()
    update()
    const message = 'call failed: generation is in the future: expected max 0, got 7'
    assert.throws(() => world.run(undefined, client.keyPair(longTerm(1, 7n))), { message })
    assert.deepEqual(world.feedback.at(-1), failure)
    assert.equal(world.pausedMs, 0, 'a refusal is an answer: nobody tries again')
  })

  it(`tries ${RETRY_PAUSES_MS.length + 1} times if nobody can be reached`, () => {
    const { world, client, nodes, update } = serving()
    update()
    for (const node of nodes) node.isUp = false
    const tries = callsOf(world, () => {
      const asking = () => world.run(undefined, client.keyPair(longTerm(1)))
      assert.throws(asking, { message: 'transport error' })
    })
    assert.equal(tries, RETRY_PAUSES_MS.length + 1)
    assert.equal(world.pausedMs, 350)
    assert.deepEqual(world.feedback, [failure, failure, failure, failure])
  })

  it(`tries no more ${CALL_AGAIN_SECONDS_MAX} s after it began, and before that it does`, () => {
    const triesOf = (callMs: number) => {
      const { world, client, update } = serving()
      update()
      let tries = 0
      world.intercept = (request, next) => {
        if (request.kind !== 'HostRPCCallRequest') return next()
        tries++
        world.clock.advance(callMs)
        return { kind: 'Error', body: { module: 'p2p', code: 1, message: 'no answer in time' } }
      }
      const asking = () => world.run(undefined, client.keyPair(longTerm(1)))
      assert.throws(asking, { reason: KEY_MANAGER_UNHEARD, message: 'transport error' })
      return tries
    }
    const half = (CALL_AGAIN_SECONDS_MAX * 1_000) / 2
    assert.equal(triesOf(half), 2)
    assert.equal(triesOf(half - 1), 3)
  })

  it('goes to another node when one has forgotten the session', () => {
    const { world, client, nodes, update } = serving()
    update()
    world.run(undefined, client.keyPair(longTerm(1)))
    const used = nodes.find(({ server }) => server.sessionCount > 0)
    assert.ok(used !== undefined)
    used.isUp = false
    assert.ok(world.run(undefined, client.keyPair(longTerm(2))))
    assert.equal(world.pausedMs, RETRY_PAUSES_MS[0])
  })

  it(`keeps ${CLIENT_KEY_COUNT_MAX} keys and forgets the one that it used longest ago`, () => {
    const { world, client, update } = serving()
    update()
    for (let index = 0; index < CLIENT_KEY_COUNT_MAX; index++)
      world.run(undefined, client.keyPair(longTerm(index)))
    assert.ok(client.knownPair(longTerm(0)))
    world.run(undefined, client.keyPair(longTerm(CLIENT_KEY_COUNT_MAX)))
    assert.ok(client.knownPair(longTerm(0)))
    assert.equal(client.knownPair(longTerm(1)), undefined)
  })
})

const PAUSED_MS = REFUSED_PAUSES_MS.reduce((sum, one) => sum + one)

/** Key managers of which only some have the secret of the next epoch, which begins. */
function lacking(nodeCount: number, having: readonly number[]) {
  const { world, nodes, client } = serving(nodeCount)
  publishEphemeral(
    world,
    having.map((index) => nodes[index]!),
  )
  world.nextEpoch()
  world.run(undefined, client.view.sync(0n))
  world.run(undefined, client.updateStatus(world.status))
  return { world, nodes, client, name: ephemeral(1, world.epoch) }
}

describe('a runtime whose key manager refuses what it may give later', () => {
  const notFound = /^call failed: ephemeral secret for epoch \d+ not found$/

  it('asks the other nodes, and is given what one of them has', () => {
    for (const part of ['keyPair', 'publicKey'] as const) {
      const { world, client, name } = lacking(3, [2])
      const asking: Conversation<unknown> = client[part](name)
      assert.ok(world.run(undefined, asking))
      // Anybody, and then each in turn.
      assert.equal(world.pausedMs, 5 + 15 + 40)
    }
  })

  it('is given what a node gets meanwhile', () => {
    const { world, nodes, client, name } = lacking(2, [1])
    const [{ server }, other] = nodes
    const secret = other.server.enclave.store.ephemeralSecret(world.epoch)
    // Of the other nobody knows.
    world.setStatus({ nodes: [nodes[0].id] })
    world.run(undefined, client.view.sync(0n))
    world.run(undefined, client.updateStatus(world.status))
    let tries = 0
    world.intercept = (request, next) => {
      if (request.kind === 'HostSubmitPeerFeedbackRequest' && request.body.peerFeedback === failure)
        if (++tries === REFUSED_PAUSES_MS.length)
          server.enclave.store.addEphemeralSecret(world.epoch, secret)
      return next()
    }
    assert.ok(world.run(undefined, client.keyPair(name)))
    assert.equal(world.pausedMs, PAUSED_MS)
  })

  it('believes that there is none if all say so, and asks again the next time', () => {
    const { world, nodes, client } = lacking(2, [0, 1])
    const name = ephemeral(1, world.epoch + 1n)
    const wanted = new Set<string>()
    world.intercept = (request, next) => {
      if (request.kind === 'HostRPCCallRequest')
        for (const node of request.body.nodes ?? []) wanted.add(toHex(node))
      return next()
    }
    for (const round of [1, 2]) {
      const asking = () => world.run(undefined, client.keyPair(name))
      assert.throws(asking, { reason: KEY_MANAGER_SAID, message: notFound })
      assert.equal(world.pausedMs, round * PAUSED_MS)
    }
    assert.deepEqual(wanted, new Set(nodes.map(({ id }) => toHex(id))))
  })

  it('knows nothing as long as one of them is not heard', () => {
    const { world, nodes, client, name } = lacking(2, [1])
    nodes[1].isUp = false
    const asking = () => world.run(undefined, client.keyPair(name))
    assert.throws(asking, { reason: KEY_MANAGER_UNHEARD })
    nodes[1].isUp = true
    assert.ok(world.run(undefined, client.keyPair(name)))
  })

  it('knows nothing as long as they are not ready, which they say', () => {
    const { world, nodes, client } = lacking(2, [0, 1])
    for (const { server } of nodes) server.enclave.store.reset()
    const message = 'call failed: key manager is not initialized'
    const asking = () => world.run(undefined, client.keyPair(longTerm(1)))
    assert.throws(asking, { reason: KEY_MANAGER_NOT_READY, message })
    for (const node of nodes) initialize(world, node)
    assert.ok(world.run(undefined, client.keyPair(longTerm(1))))
  })

  it('knows nothing as long as they take it for somebody who is behind', () => {
    const { world, client, name } = lacking(2, [0, 1])
    for (let count = 0n; count <= HEIGHT_AGE_MAX; count++) world.setStatus({})
    assert.throws(() => world.run(undefined, client.keyPair(name)), {
      reason: KEY_MANAGER_NOT_READY,
      message: 'call failed: height is not fresh',
    })
    world.run(undefined, client.view.sync(0n))
    assert.ok(world.run(undefined, client.keyPair(name)))
  })

  it('does not ask again for what is wrong with the question itself', () => {
    const { world, client } = lacking(2, [0, 1])
    const calls = callsOf(world, () => {
      for (const epoch of [world.epoch + 2n, world.epoch + 11n]) {
        const asking = () => world.run(undefined, client.publicKey(ephemeral(1, epoch)))
        assert.throws(asking, { reason: KEY_MANAGER_SAID, message: /^call failed: invalid epoch/ })
      }
    })
    assert.deepEqual([calls, world.pausedMs], [2, 0])
  })
})

describe('a runtime that is lied to', () => {
  it('believes no public key that the key manager has not signed for it', () => {
    const { world, client, update } = serving()
    update()
    const rule = { message: /^signature verification failed: / }
    const lies: readonly ((key: SignedPublicKey) => SignedPublicKey)[] = [
      (key) => ({ ...key, key: make(SignedPublicKey, {}).key }),
      (key) => ({ ...key, checksum: new Uint8Array(32) }),
      (key) => ({ ...key, checksum: new Uint8Array(31) }),
      (key) => ({ ...key, expiration: 100n }),
      (key) => ({ ...key, expiration: undefined }),
      (key) => ({ ...key, signature: RawSignature.zero }),
    ]
    for (const lie of lies) {
      world.intercept = (_, next) => {
        const answer = next()
        if (answer.kind !== 'HostRPCCallResponse') return answer
        const { body } = decodeRust(RpcResponse, answer.body.response)
        assert.ok(body.kind === 'Success')
        const changed = encodeRust(SignedPublicKey, lie(decodeRust(SignedPublicKey, body.body)))
        const response = encodeRust(RpcResponse, { body: { kind: 'Success', body: changed } })
        return { ...answer, body: { ...answer.body, response } }
      }
      const name = ephemeral(1, world.epoch)
      assert.throws(() => world.run(undefined, client.publicKey(name)), rule)
    }
    world.intercept = (_, next) => next()
    assert.ok(world.run(undefined, client.publicKey(ephemeral(1, world.epoch))))
  })

  it('believes no public key as long as it does not know the key of the key manager', () => {
    const { world, client } = serving()
    world.run(undefined, client.view.sync(0n))
    const asking = () => world.run(undefined, client.publicKey(longTerm(1)))
    assert.throws(asking, { message: 'runtime signing key missing' })
  })

  it('is not led on by answers of any shape', () => {
    const { world } = serving()
    const node = PublicKey.zero
    fc.assert(
      // The third answer is the last one that a first call needs.
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat({ max: 2 }), (response, after) => {
        let count = 0
        world.intercept = (request, next) =>
          request.kind === 'HostRPCCallRequest' && count++ >= after
            ? { kind: 'HostRPCCallResponse', body: { response, node } }
            : next()
        const fresh = new KeyClient(RUNTIME_ID, { ...world, policy: OPEN_POLICY })
        assert.throws(() => world.run(undefined, fresh.keyPair(longTerm(1))), CodedError)
        assert.throws(() => world.run(undefined, fresh.publicKey(longTerm(1))), CodedError)
        assert.ok(count <= 4 * 4)
      }),
      { numRuns: 40 },
    )
  })

  it('closes a session with who is not the right one, and asks no more', () => {
    // With a policy a runtime wants to see an enclave, and here nobody has one.
    const { world, client } = serving(1, { ...OPEN_POLICY, access: 'by policy' })
    world.run(undefined, client.view.sync(0n))
    const methods: string[] = []
    world.intercept = (request, next) => {
      if (request.kind === 'HostRPCCallRequest')
        methods.push(decodeRust(Frame, request.body.request).untrustedPlaintext)
      return next()
    }
    const asking = () => world.run(undefined, client.keyPair(longTerm(1)))
    assert.throws(asking, { message: 'transport error' })
    assert.deepEqual(new Set(methods), new Set(['']))
    assert.equal(world.nodes[0]!.server.sessionCount, 0)
  })
})

describe('the status of a key manager', () => {
  it('counts only if the consensus layer has it too', () => {
    const { world, client } = serving()
    world.run(undefined, client.view.sync(0n))
    const other = { ...world.status, generation: 9n }
    const asking = () => world.run(undefined, client.updateStatus(other))
    assert.throws(asking, { message: 'status mismatch' })
  })

  it('with a policy that too few have signed, or nobody, is refused', () => {
    const { world, client } = serving()
    const policy = make(PolicySgx, { serial: 1, id: world.status.id })
    const signed = (...indices: number[]): SignedPolicySgx => {
      const signatures = indices.map((index) => {
        const signer = createTestSigner('node', `ekiden key manager test multisig key ${index}`)
        const present = presentForm(policy)
        const signature = signer.sign(contextOf(contexts.keyManagerPolicy), present)
        return {
          publicKey: PublicKey.check(signer.publicKey),
          signature: RawSignature.check(signature),
        }
      })
      return { policy, signatures }
    }
    const take = (next: SignedPolicySgx) => {
      world.setStatus({ policy: next })
      world.run(undefined, client.view.sync(0n))
      world.run(undefined, client.updateStatus(world.status))
    }
    assert.throws(() => take(signed()), { message: 'insufficient signatures' })
    assert.throws(() => take(signed(0)), { message: 'insufficient signatures' })
    assert.throws(() => take(signed(0, 0)), { message: 'insufficient signatures' })
    const forged = signed(0, 1)
    const [first] = forged.signatures!
    const broken = { ...forged, signatures: [first!, { ...first!, signature: RawSignature.zero }] }
    assert.throws(() => take(broken), { message: 'invalid signature' })
    take(signed(2, 0))
  })
})

/** Enclaves sign and check policies in which nothing is absent. */
function presentForm(policy: PolicySgx): Uint8Array {
  const hex = toHex(encodeRust(PolicySgx, policy))
  const absent = `${toHex(Buffer.from('enclaves'))}f6`
  assert.ok(hex.includes(absent))
  return Buffer.from(hex.replace(absent, absent.replace(/f6$/, 'a0')), 'hex')
}
