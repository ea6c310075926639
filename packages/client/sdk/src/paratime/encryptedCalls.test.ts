import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { make } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/keymanager'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { callDataContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { type CallKeys, callKeyPairId } from '@wadi/paratime-sdk/frame/callKeys'
import { Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import {
  chainContext,
  DONE,
  runtimeId,
  TestChain,
  testParatime,
} from '@wadi/paratime-sdk/testing/chain'
import { alice, charlie, dave, frank } from '@wadi/paratime-sdk/testing/keys'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import type { CallResult } from '@wadi/paratime-sdk/types/transaction'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey, X25519PublicKey } from '@wadi/primitives/publicKey'
import { signPublicKey } from '@wadi/runtime-keymanager/signedPublicKey'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import { servedParatime } from '../compliance/servedParatime.ts'
import { askCallKey, type KeyDesk, sealCall } from './encryptedCalls.ts'
import { paratimeCall, prepareParatimeTransaction } from './prepareParatimeTransaction.ts'
import { signParatimeTransaction, submitParatimeTransaction } from './submitParatimeTransaction.ts'

const now = 9n
const keyManager = Namespace.check(new Uint8Array(32).fill(0xc0, 0, 1))
const signer = createTestSigner('node', 'a key manager')
const other = createTestSigner('node', 'another key manager')
const secretOf = (epoch: bigint) => new Uint8Array(32).fill(Number(epoch))
const random = new SeededRandom(1n)

/** What a node may tell that is not so. */
interface Lies {
  readonly by?: typeof signer
  readonly signedEpoch?: bigint
  readonly context?: string
  readonly rsk?: undefined
  readonly epochNow?: bigint
}

/** A ParaTime whose key manager is on the network; and who asks. */
function confidential(lies: Lies = {}) {
  const { by = signer, context = chainContext, epochNow = now } = lies
  const keys: CallKeys = {
    ephemeralKey: (_, epoch) => secretOf(epoch),
    publicEphemeralKey(_, epoch) {
      const named = lies.signedEpoch ?? epoch
      const id = KeyPairId.check(callKeyPairId(callDataContext(runtimeId, context), named))
      const key = X25519PublicKey.check(x25519.publicKey(secretOf(epoch)))
      const owner = { runtimeId, keyPairId: id, epoch: named }
      return signPublicKey(by, { key, checksum: new Uint8Array(32) }, owner)
    },
  }
  const chain = new TestChain({ ...testParatime, callKeys: () => keys }).set({ epoch: now })
  const { desk } = servedParatime(chain)
  const rsk = 'rsk' in lies ? undefined : PublicKey.check(signer.publicKey)
  const keyManagerSecrets = { getStatus: async () => make(Status, { id: keyManager, rsk }) }
  const beacon = { getEpoch: async () => epochNow }
  const client = { ...desk.client, keyManagerSecrets, beacon } as unknown as KeyDesk['client']
  return { chain, desk: { client, runtimeId, chainContext, keyManager } }
}

const transferOf = (amount: bigint) =>
  paratimeCall('accounts.Transfer', Transfer, { to: charlie.address, amount: native(amount) })

describe('an encrypted call of a client', () => {
  const send = async ({ desk }: ReturnType<typeof confidential>, key = alice, amount = 5n) => {
    const call = transferOf(amount)
    const { call: sealed, open } = sealCall(call, await askCallKey(desk), random)
    const transaction = await prepareParatimeTransaction(desk, key.addressSpec, call, { sealed })
    assert.equal(transaction.call.method, '')
    const data = await signParatimeTransaction(desk, transaction, [key.signer])
    return submitParatimeTransaction(desk, data, { open })
  }

  it('is sent with gas that is enough, by keys of every kind, and its answer is opened', async () => {
    const world = confidential()
    for (const key of [alice, dave, frank]) {
      const { result } = await send(world, key)
      assert.deepEqual(result, DONE.body)
    }
    assert.equal(world.chain.balanceOf(charlie.address, NATIVE), 15n)
  })

  it('that fails is told why', async () => {
    const refused = { module: 'accounts', code: 2 }
    await assert.rejects(send(confidential(), alice, 10n ** 12n), refused)
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
      { signedEpoch: now - 1n },
      { context: 'ab'.repeat(32) },
      { epochNow: now - 1n },
      { epochNow: now + 11n },
    ]
    for (const lie of lies)
      await assert.rejects(askCallKey(confidential(lie).desk), { reason: 'paratime.badKey' })
    assert.equal((await askCallKey(confidential({ epochNow: now + 1n }).desk)).epoch, now)
    const unsigned = askCallKey(confidential({ rsk: undefined }).desk)
    await assert.rejects(unsigned, { reason: 'paratime.noSigner' })
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
