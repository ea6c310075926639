import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toHex, toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { encode, make } from '@wadi/cbor/codec'
import { Genesis, Status } from '@wadi/consensus/keymanager'
import { keyManagerRuntime } from '@wadi/consensus-services/testing/registry'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { callDataContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { type CallKeys, callKeyPairId } from '@wadi/paratime-sdk/frame/callKeys'
import { EPHEMERAL_KEY_AGE_MAX } from '@wadi/paratime-sdk/limits'
import { Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import { Move } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import {
  chainContext,
  coreParameters,
  DONE,
  runtimeId,
  TEST,
  TestChain,
  testParatime,
} from '@wadi/paratime-sdk/testing/chain'
import { alice, charlie, dave, frank } from '@wadi/paratime-sdk/testing/keys'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import type { CallResult } from '@wadi/paratime-sdk/types/transaction'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { signPublicKey } from '@wadi/runtime-keymanager/signedPublicKey'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { apiTransport } from '../compliance/apiTransport.ts'
import { lightNodeOf } from '../compliance/lightNodes.ts'
import { createTestNode } from '../compliance/servedNode.ts'
import { servedParatime } from '../compliance/servedParatime.ts'
import { createNodeClient } from '../nodeClient.ts'
import { nodeCalls } from '../nodeTables.ts'
import { askCallKey, type KeyDesk, sealCall } from './encryptedCalls.ts'
import { paratimeCall, prepareParatimeTransaction } from './prepareParatimeTransaction.ts'
import { signParatimeTransaction, submitParatimeTransaction } from './submitParatimeTransaction.ts'

const now = 10n
const keyManager = keyManagerRuntime().id
const signer = createTestSigner('node', 'a key manager')
const other = createTestSigner('node', 'another key manager')
const [rsk, otherRsk] = [signer, other].map(({ publicKey }) => PublicKey.check(publicKey))
const secretOf = (epoch: bigint) => new Uint8Array(32).fill(Number(epoch))
const publicKeyOf = (epoch: bigint) => X25519PublicKey.check(x25519.publicKey(secretOf(epoch)))
const random = new SeededRandom(1n)

/** What a node may tell that is not so. */
interface Lies {
  readonly by?: typeof signer
  readonly signedEpoch?: bigint
  readonly context?: string
  readonly rsk?: PublicKey | undefined
  readonly epochNow?: bigint
  /** Of the key that it tells. */
  readonly epoch?: bigint
}

/** A ParaTime whose key manager is on the network; who asks, and all that they say to the node. */
function confidential(lies: Lies = {}) {
  const { by = signer, context = chainContext, epochNow = now } = lies
  const keys: CallKeys = {
    ephemeralKey: (_, epoch) => secretOf(epoch),
    publicEphemeralKey(_, epoch) {
      const named = lies.signedEpoch ?? epoch
      const id = KeyPairId.check(callKeyPairId(callDataContext(runtimeId, context), named))
      const owner = { runtimeId, keyPairId: id, epoch: named }
      return signPublicKey(by, { key: publicKeyOf(epoch), checksum: new Uint8Array(32) }, owner)
    },
  }
  const chain = new TestChain({ ...testParatime, callKeys: () => keys })
  const { desk, said } = servedParatime(chain.set({ epoch: lies.epoch ?? now }))
  const status = make(Status, { id: keyManager, rsk: 'rsk' in lies ? lies.rsk : rsk })
  const keyManagerSecrets = { getStatus: async () => status }
  const beacon = { getEpoch: async () => epochNow }
  const consensus = { keyManagerSecrets, beacon } as unknown as KeyDesk['consensus']
  return { chain, said, desk: { ...desk, consensus, chainContext, keyManager } }
}

type World = ReturnType<typeof confidential>

const transferOf = (amount: bigint) =>
  paratimeCall('accounts.Transfer', Transfer, { to: charlie.address, amount: native(amount) })
const withdrawalOf = (amount: bigint) =>
  paratimeCall('consensus.Withdraw', Move, {
    to: charlie.address,
    amount: { amount, denomination: TEST },
  })

async function send({ desk }: World, key = alice, call = transferOf(5n)) {
  const { call: sealed, open } = sealCall(call, await askCallKey(desk), random)
  const transaction = await prepareParatimeTransaction(desk, key.addressSpec, sealed)
  assert.equal(transaction.call.method, '')
  const data = await signParatimeTransaction(desk, transaction, [key.signer])
  return { ...(await submitParatimeTransaction(desk, data, { open })), transaction }
}

describe('an encrypted call of a client', () => {
  it('is sent with gas that is enough, by keys of every kind, and its answer is opened', async () => {
    const world = confidential()
    for (const key of [alice, dave, frank]) {
      const { result } = await send(world, key)
      assert.deepEqual(result, DONE.body)
    }
    assert.equal(world.chain.balanceOf(charlie.address, NATIVE), 15n)
  })

  it('is never shown to the node that is asked', async () => {
    const amount = 0x0a1b2cn
    const world = confidential()
    await send(world, alice, transferOf(amount))
    assert.equal(world.chain.balanceOf(charlie.address, NATIVE), amount)
    const secrets = [toUtf8('accounts.Transfer'), charlie.address, Uint8Array.of(0x0a, 0x1b, 0x2c)]
    const isTold = (said: readonly Uint8Array[], secret: Uint8Array) =>
      toHex(concatBytes(...said)).includes(toHex(secret))
    for (const secret of secrets) assert.equal(isTold(world.said, secret), false, toHex(secret))
    assert.ok(isTold(world.said, alice.address))
    // Without encryption all of them are.
    const { desk, said } = confidential()
    await prepareParatimeTransaction(desk, alice.addressSpec, transferOf(amount))
    for (const secret of secrets) assert.ok(isTold(said, secret), toHex(secret))
  })

  it('may use the same gas whatever it calls, unless told how much', async () => {
    const world = confidential()
    const transfer = await send(world)
    const withdrawal = await send(world, alice, withdrawalOf(5_000n))
    const [one, another] = [transfer, withdrawal].map(({ transaction: { authInfo } }) => authInfo)
    assert.equal(one?.fee.gas, coreParameters.maxBatchGas / 16n)
    assert.equal(another?.fee.gas, one.fee.gas)
    const { call } = sealCall(transferOf(5n), await askCallKey(world.desk), random)
    const chosen = { gas: 9_000n }
    const told = await prepareParatimeTransaction(world.desk, alice.addressSpec, call, chosen)
    assert.equal(told.authInfo.fee.gas, 9_000n)
  })

  it('that fails is told why', async () => {
    const refused = { module: 'accounts', code: 2 }
    await assert.rejects(send(confidential(), alice, transferOf(10n ** 12n)), refused)
  })

  it('is never the same twice', async () => {
    const key = await askCallKey(confidential().desk)
    const [one, another] = [1, 2].map(() => sealCall(transferOf(5n), key, random).call.body)
    assert.notDeepEqual(one, another)
    assert.equal(one?.length, another?.length)
  })

  it('is not made for a key that the key manager has not signed for this ParaTime and now', async () => {
    const lies: readonly Lies[] = [
      { by: other },
      { rsk: otherRsk },
      { signedEpoch: now - 1n },
      { context: 'ab'.repeat(32) },
      { epochNow: now - 1n },
    ]
    for (const lie of lies)
      await assert.rejects(askCallKey(confidential(lie).desk), { reason: 'paratime.badKey' })
    const unsigned = askCallKey(confidential({ rsk: undefined }).desk)
    await assert.rejects(unsigned, { reason: 'paratime.noSigner' })
  })

  it('is not made for a key with which the ParaTime would open nothing any more', async () => {
    const oldest = confidential({ epoch: now - EPHEMERAL_KEY_AGE_MAX })
    assert.equal((await askCallKey(oldest.desk)).epoch, now - EPHEMERAL_KEY_AGE_MAX)
    const older = confidential({ epoch: now - EPHEMERAL_KEY_AGE_MAX - 1n })
    await assert.rejects(askCallKey(older.desk), { reason: 'paratime.oldKey' })
    // The ParaTime has the same bound.
    for (const { desk, chain } of [oldest, older]) {
      const { epoch } = chain.context
      const { call } = sealCall(transferOf(5n), { key: publicKeyOf(epoch), epoch }, random)
      const transaction = await prepareParatimeTransaction(desk, alice.addressSpec, call)
      const data = await signParatimeTransaction(desk, transaction, [alice.signer])
      chain.set({ epoch: now })
      const sent = submitParatimeTransaction(desk, data)
      if (chain === older.chain) await assert.rejects(sent, /epoch too far in the past/)
      else await sent
    }
  })

  it('takes no answer in the clear, and none that is not for it', async () => {
    const { desk } = confidential()
    const key = await askCallKey(desk)
    const { open } = sealCall(transferOf(5n), key, random)
    const answers: readonly (readonly [CallResult, string])[] = [
      [DONE, 'paratime.openAnswer'],
      [{ kind: 'unknown', body: Uint8Array.of(0xf6) }, 'paratime.unreadable'],
      [
        { kind: 'unknown', body: sealCall(transferOf(5n), key, random).call.body },
        'paratime.unreadable',
      ],
    ]
    for (const [answer, reason] of answers)
      assert.throws(
        () => open(answer),
        (error) => error instanceof UnavailableError && error.reason === reason,
      )
    const failure = { module: 'core', code: 18, message: 'invalid call format' }
    assert.deepEqual(open({ kind: 'fail', body: failure }).body, failure)
  })
})

describe('who signs the keys of encrypted calls', () => {
  const status = make(Status, { id: keyManager, rsk })
  const node = createTestNode({ keymanager: make(Genesis, { statuses: [status] }) })
  for (let i = 0; i < 4; i++) node.advance()
  const honest = apiTransport(node.api)
  const lie: Record<string, Uint8Array> = {
    'KeyManager.Secrets/GetStatus': encode(Status, { ...status, rsk: otherRsk }),
    'Beacon/GetEpoch': encode(nodeCalls['Beacon/GetEpoch'].response, 1n),
  }
  /** Says that it signs itself, and that it is long ago. */
  const liar: CallTransport = {
    ...honest,
    unary: async (path, ...asked) =>
      lie[path.slice(path.indexOf('.') + 1)] ?? (await honest.unary(path, ...asked)),
  }
  const leagues: readonly (readonly CallTransport[])[] = [
    [liar, honest],
    [liar, liar],
  ]
  /** The ParaTime's node has made a key of its own, or one of long ago. */
  const ownKey: Lies = { by: other, epoch: 1n }
  const oldKey: Lies = { epoch: now - EPHEMERAL_KEY_AGE_MAX - 1n }

  it('is whoever the node says that is asked: one that lies has a key of its own taken', async () => {
    const believed = { ...confidential(ownKey).desk, consensus: createNodeClient(liar) }
    const key = await askCallKey(believed)
    assert.deepEqual(key, { key: publicKeyOf(1n), epoch: 1n })
  })

  it('is proved by a light node, whoever lies', async () => {
    for (const transports of leagues) {
      const consensus = lightNodeOf(node.chain, transports).client
      for (const [lies, reason] of [
        [ownKey, 'paratime.badKey'],
        [oldKey, 'paratime.oldKey'],
      ] as const)
        await assert.rejects(askCallKey({ ...confidential(lies).desk, consensus }), { reason })
      const key = await askCallKey({ ...confidential().desk, consensus })
      assert.deepEqual(key, { key: publicKeyOf(now), epoch: now })
    }
  })
})
