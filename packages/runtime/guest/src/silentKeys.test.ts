import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { toHex } from '@wadi/base/bytes'
import { SeededRandom } from '@wadi/base/random'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import { useBoxKey } from '@wadi/crypto/aead/mraeBox'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { accountsRuntime } from '@wadi/paratime-accounts/runtime'
import {
  callDataContext,
  transactionContext,
} from '@wadi/paratime-sdk/authentication/signatureContext'
import { ed25519Signer, signTransaction } from '@wadi/paratime-sdk/authentication/signTransaction'
import { CallEnvelope, NONCE_SIZE } from '@wadi/paratime-sdk/frame/callFormat'
import { callKeyPairId } from '@wadi/paratime-sdk/frame/callKeys'
import { Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import { native } from '@wadi/paratime-sdk/types/token'
import {
  addressOf,
  CALL_FORMATS,
  Call,
  CallResult,
  type Transaction,
} from '@wadi/paratime-sdk/types/transaction'
import { CALL_AGAIN_SECONDS_MAX, RETRY_PAUSES_MS } from '@wadi/runtime-keymanager/limits'
import { publishEphemeral } from '@wadi/runtime-keymanager/testing/secretLife'
import { RUNTIME_ID } from '@wadi/runtime-keymanager/testing/testWorld'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { OutputArtifacts } from '@wadi/runtime-protocol/transactions/artifacts'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { KEY_WAIT_MS } from './limits.ts'
import { GuestTime } from './testing/guestTime.ts'
import { CHAIN_CONTEXT, KeyHost } from './testing/keyHost.ts'

/** How long a host waits for a node of a key manager that is stopped. */
const SILENCE_MS = 3_000
/** A round comes after so long. */
const ROUND_MS = 500
/** What a question costs for which nobody is heard: tries as long as more are worth it. */
const IN_VAIN_MS = 2 * SILENCE_MS + RETRY_PAUSES_MS[0]!
const NO_DATA = new Uint8Array(0)

function keyOf(seed: number) {
  const signer = ed25519Signer(new Uint8Array(32).fill(seed))
  return { signer, addressSpec: { kind: 'signature', body: signer.publicKey } as never }
}

const [alice, bob] = [keyOf(1), keyOf(2)]

/** A transfer of nothing to oneself: nobody has anything. */
function transferOf({ addressSpec }: typeof alice): Call {
  const to = addressOf({ addressSpec, nonce: 0n })
  const body = encodeRust(Transfer, { to, amount: native(0n) })
  return { format: CALL_FORMATS.plain, method: 'accounts.Transfer', body, readOnly: false }
}

function signed({ signer, addressSpec }: typeof alice, call: Call): Uint8Array {
  const fee = { amount: native(0n), gas: 1_000_000n, consensusMessages: 0, proxy: undefined }
  const transaction: Transaction = {
    version: 1,
    call,
    authInfo: {
      signerInfo: [{ addressSpec, nonce: 0n }],
      fee,
      notBefore: undefined,
      notAfter: undefined,
    },
  }
  return signTransaction(transactionContext(RUNTIME_ID, CHAIN_CONTEXT), transaction, [signer])
}

const plain = signed(bob, transferOf(bob))

/** A ParaTime whose host has a key manager, in a time of its own. */
class Scene {
  readonly time = new GuestTime()
  readonly host = new KeyHost(accountsRuntime, {
    clock: this.time.clock,
    random: new SeededRandom(5n),
    timers: this.time,
  })

  /** A call that is encrypted for the key of now, which the envelope may name or not. */
  sealed(named: 'named' | 'unnamed' = 'unnamed'): Uint8Array {
    const { world } = this.host
    const { epoch } = world
    const id = callKeyPairId(callDataContext(RUNTIME_ID, CHAIN_CONTEXT), epoch)
    const owner = { runtimeId: RUNTIME_ID, keyPairId: KeyPairId.check(id) }
    const { inputKeypair } = world.nodes[0]!.server.enclave.store.ephemeralKeys(owner, epoch)
    const secret = new Uint8Array(32).fill(9)
    const nonce = new Uint8Array(NONCE_SIZE)
    const box = useBoxKey(x25519, secret, inputKeypair.pk)
    const envelope = {
      pk: x25519.publicKey(secret),
      nonce,
      epoch: named === 'named' ? epoch : 0n,
      data: box.seal(nonce, encodeRust(Call, transferOf(alice)), NO_DATA),
    }
    const body = encodeRust(CallEnvelope, envelope)
    const format = CALL_FORMATS.encryptedX25519DeoxysII
    return signed(alice, { format, method: '', body, readOnly: false })
  }

  /** The key manager's nodes are stopped: hosts say so to whoever calls one, after a while. */
  silence(): void {
    this.host.answerCall = (say) => {
      const body = { module: 'p2p', code: 1, message: 'no answer in time' }
      this.time.after(SILENCE_MS, () => say({ kind: 'Error', body }))
    }
  }

  /** They answer after so long. */
  delay(ms: number): void {
    this.host.answerCall = (say, answer) => void this.time.after(ms, () => say(answer()))
  }

  wake(): void {
    this.host.answerCall = (say, answer) => say(answer())
  }

  async begin(): Promise<this> {
    await this.host.begin()
    return this
  }

  /** What becomes of a batch, and how long it takes. */
  async batch(inputs: readonly Uint8Array[], mode?: 'schedule' | 'execute') {
    const { result, ms } = await this.time.during(this.host.execute(inputs, mode))
    return { ms, taken: takenOf(result), result }
  }
}

/** The transactions of a batch, and the kinds of their results. */
function takenOf(body: Body): readonly string[] {
  if (body.kind === 'Error') return [body.body.message]
  assert.ok(body.kind === 'RuntimeExecuteTxBatchResponse', inspect(body))
  const kinds = body.body.batch.ioWriteLog.flatMap(([key, value]) => {
    if (key[0] !== 0x54 || key.at(-1) !== 2) return []
    const { kind } = decodeRust(CallResult, decodeRust(OutputArtifacts, value!).output!)
    return [[toHex(key.subarray(1, 33)), kind] as const]
  })
  const kindOf = new Map(kinds)
  return body.body.txHashes.map((hash) => `${toHex(hash)} ${kindOf.get(toHex(hash))}`)
}

const resultOf = (input: Uint8Array, kind: string) => `${toHex(hashOfTransaction(input))} ${kind}`
const PLAIN = resultOf(plain, 'ok')
const unheard = ['key manager failure: transport error']

describe('a ParaTime whose key manager is silent', () => {
  for (const named of ['named', 'unnamed'] as const)
    it(`makes batches of plain calls, and waits once for a moment: ${named} epochs`, async () => {
      const scene = await new Scene().begin()
      scene.silence()
      const batch = [scene.sealed(named), plain]
      const first = await scene.batch(batch)
      assert.deepEqual([first.taken, first.ms], [[PLAIN], KEY_WAIT_MS])
      assert.equal(scene.host.callCount, 1)
      const second = await scene.batch(batch)
      assert.deepEqual([second.taken, second.ms], [[PLAIN], 0])
      assert.equal(scene.host.callCount, 1, 'the first question is still open')
      await scene.host.leave()
    })

  it('goes on so for as long as it is, and asks one question at a time', async () => {
    const scene = await new Scene().begin()
    scene.silence()
    const batch = [scene.sealed(), plain]
    await scene.batch(batch)
    const rounds = 40
    for (let round = 0; round < rounds; round++) {
      await scene.time.pass(ROUND_MS)
      const { taken, ms } = await scene.batch(batch)
      assert.deepEqual([taken, ms], [[PLAIN], 0])
    }
    assert.ok(scene.host.callCount <= 1 + (rounds * ROUND_MS) / SILENCE_MS)
    assert.ok(scene.host.callCount > 4, 'nobody asks any more')
    await scene.host.leave()
  })

  it('takes what waited within seconds after it is heard again', async () => {
    // In the first try of a question, in its last, and after it.
    for (const silentMs of [0, SILENCE_MS, IN_VAIN_MS]) {
      const scene = await new Scene().begin()
      scene.silence()
      const sealed = scene.sealed()
      await scene.batch([sealed, plain])
      await scene.time.pass(silentMs)
      scene.wake()
      const both = [resultOf(sealed, 'unknown'), PLAIN]
      let waitedMs = 0
      for (;;) {
        const { taken } = await scene.batch([sealed, plain])
        if (taken.length === 2) {
          assert.deepEqual(taken, both)
          break
        }
        assert.ok(waitedMs <= SILENCE_MS + 2 * ROUND_MS, `${waitedMs} ms after ${silentMs}`)
        await scene.time.pass(ROUND_MS)
        waitedMs += ROUND_MS
      }
      await scene.host.leave()
    }
  })

  it('waits again once it was heard again', async () => {
    const scene = await new Scene().begin()
    const { world } = scene.host
    scene.silence()
    await scene.batch([scene.sealed(), plain])
    scene.delay(KEY_WAIT_MS / 10)
    await scene.time.pass(2 * SILENCE_MS)
    publishEphemeral(world, world.nodes)
    world.nextEpoch()
    const { taken, ms } = await scene.batch([scene.sealed(), plain])
    assert.equal(taken.length, 2)
    assert.ok(ms > 0 && ms < KEY_WAIT_MS, `${ms} ms`)
    await scene.host.leave()
  })

  it(`waits ${KEY_WAIT_MS} ms for the key, and no longer; what comes later is of use`, async () => {
    // Two messages of a handshake, and one call.
    for (const [callMs, count] of [
      [Math.floor((KEY_WAIT_MS - 1) / 3), 2],
      [Math.ceil((KEY_WAIT_MS + 1) / 3), 1],
    ] as const) {
      const scene = await new Scene().begin()
      scene.delay(callMs)
      const batch = [scene.sealed('named'), plain]
      assert.equal((await scene.batch(batch)).taken.length, count)
      await scene.time.pass(3 * callMs)
      const { callCount } = scene.host
      const { taken, ms } = await scene.batch(batch)
      assert.deepEqual([taken.length, ms, scene.host.callCount], [2, 0, callCount])
      await scene.host.leave()
    }
  })

  it('comes to no result of a batch that others have made, and says so in good time', async () => {
    const scene = await new Scene().begin()
    scene.silence()
    const batch = [scene.sealed(), plain]
    const first = await scene.batch(batch, 'execute')
    // Of both keys that it could be: one is asked for.
    assert.deepEqual([first.taken, first.ms], [unheard, IN_VAIN_MS])
    assert.equal(scene.host.callCount, 2)
    assert.ok(first.ms < 2 * CALL_AGAIN_SECONDS_MAX * 1_000)
    const second = await scene.batch(batch, 'execute')
    assert.deepEqual([second.taken, second.ms], [unheard, IN_VAIN_MS])
    // Whoever is to execute it asks, whatever was the case a moment ago.
    scene.wake()
    const third = await scene.batch(batch, 'execute')
    assert.deepEqual(third.taken, [resultOf(batch[0]!, 'unknown'), PLAIN])
    await scene.host.leave()
  })

  it('gives up a batch at once when the host wants it to', async () => {
    const scene = await new Scene().begin()
    scene.silence()
    const working = scene.host.execute([scene.sealed(), plain], 'execute')
    await scene.time.pass(SILENCE_MS / 2)
    await scene.time.during(scene.host.ask({ kind: 'RuntimeAbortRequest', body: {} }))
    const { result, ms } = await scene.time.during(working)
    assert.deepEqual([takenOf(result), ms], [['guest: aborted'], 0])
    await scene.host.leave()
  })

  it('gives all who wait the same answer', async () => {
    const scene = await new Scene().begin()
    scene.silence()
    const inputs = [scene.sealed('named'), scene.sealed('unnamed')]
    scene.host.world.nextEpoch()
    const asked = [...inputs, ...inputs].map((input) => scene.host.execute([input], 'execute'))
    const { result, ms } = await scene.time.during(Promise.all(asked))
    assert.deepEqual(result.map(takenOf), Array(4).fill(unheard))
    assert.equal(ms, IN_VAIN_MS)
    await scene.host.leave()
  })

  it('comes to the same result whichever node of the key manager it asks', async () => {
    const scene = await new Scene().begin()
    const sealed = scene.sealed('named')
    // The first that is asked has lost its secrets.
    scene.host.world.nodes[0]!.server.enclave.store.reset()
    for (const mode of ['execute', 'schedule'] as const) {
      const { taken } = await scene.batch([sealed, plain], mode)
      assert.deepEqual(taken, [resultOf(sealed, 'unknown'), PLAIN])
    }
    await scene.host.leave()
  })

  it('fails a call for which no node has a key, and does not wait for one', async () => {
    for (const mode of ['execute', 'schedule'] as const) {
      const scene = await new Scene().begin()
      const sealed = scene.sealed('named')
      for (const { server } of scene.host.world.nodes) server.enclave.store.reset()
      const { taken, ms } = await scene.batch([sealed, plain], mode)
      assert.deepEqual(taken, [resultOf(sealed, 'fail'), PLAIN])
      assert.ok(ms < KEY_WAIT_MS, `${ms} ms`)
      await scene.host.leave()
    }
  })
})
