import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import {
  KEY_MANAGER_NOT_READY,
  KEY_MANAGER_SAID,
  KEY_MANAGER_UNHEARD,
  KeyPair,
  type KeyPairName,
  MissingKeyError,
  type RuntimeKeys,
  SignedPublicKey,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import { TestChain, withKeyManager } from '../testing/testParatime.ts'
import { keyManagerKeys, keyPairId } from './callKeys.ts'

const secret = new Uint8Array(32).fill(7)
const pk = x25519.publicKey(secret) as never
const around = new TestChain().context
const unasked: RuntimeKeys = { keyPair: () => assert.fail(), publicKey: () => assert.fail() }
const id = keyPairId(new Uint8Array(3))

/** What a key manager is asked that answers so. */
function askedOf(answer: (part: string) => void) {
  const asked: KeyPairName[] = []
  const keys: RuntimeKeys = {
    keyPair(name) {
      asked.push(name)
      answer('key-pair')
      return make(KeyPair, { inputKeypair: { pk, sk: secret }, stateKey: secret })
    },
    publicKey(name) {
      asked.push(name)
      answer('public-key')
      return make(SignedPublicKey, { key: pk })
    },
  }
  const callKeys = keyManagerKeys({ ...around, ...withKeyManager(), keys })
  assert.ok(callKeys !== undefined)
  return { asked, callKeys }
}

describe('the keys of encrypted calls', () => {
  it('are those of an epoch, from the key manager', () => {
    const { asked, callKeys } = askedOf(() => undefined)
    assert.deepEqual(callKeys.ephemeralKey(id, 9n as never), secret)
    assert.deepEqual(callKeys.publicEphemeralKey(id, 8n as never)?.key, pk)
    assert.deepEqual(asked, [
      { kind: 'ephemeral', keyPairId: id, epoch: 9n },
      { kind: 'ephemeral', keyPairId: id, epoch: 8n },
    ])
  })

  it('are missing until the key manager has been asked', () => {
    const { callKeys } = askedOf((part) => {
      throw new MissingKeyError(part as never, undefined as never)
    })
    assert.throws(() => callKeys.ephemeralKey(id, 9n as never), MissingKeyError)
    assert.throws(() => callKeys.publicEphemeralKey(id, 9n as never), MissingKeyError)
  })

  it('fail the call where the key manager refuses, and the question for the public one', () => {
    const { callKeys } = askedOf(() => {
      const sentence = 'call failed: ephemeral secret for epoch 3 not found'
      throw new CodedError('unknown', 1, KEY_MANAGER_SAID, sentence)
    })
    const failure = 'key manager failure: call failed: ephemeral secret for epoch 3 not found'
    assert.throws(() => callKeys.ephemeralKey(id, 3n as never), {
      module: 'core',
      code: 18,
      message: `invalid call format: ${failure}`,
    })
    assert.throws(() => callKeys.publicEphemeralKey(id, 3n as never), {
      module: 'dispatcher',
      code: 4,
      message: failure,
    })
  })

  it('end the batch where the key manager is not heard, or says that it is not ready', () => {
    for (const [reason, sentence] of [
      [KEY_MANAGER_UNHEARD, 'transport error'],
      [KEY_MANAGER_NOT_READY, 'call failed: height is not fresh'],
    ] as const) {
      const { callKeys } = askedOf(() => {
        throw new CodedError('unknown', 1, reason, sentence)
      })
      assert.throws(() => callKeys.ephemeralKey(id, 3n as never), {
        module: 'dispatcher',
        code: 4,
        message: `key manager failure: ${sentence}`,
      })
    }
  })

  it('are waited for as whoever asks says', () => {
    const waits: unknown[] = []
    const keyPair: RuntimeKeys['keyPair'] = (_, wait) => {
      waits.push(wait)
      return make(KeyPair, {})
    }
    const callKeys = keyManagerKeys({
      ...around,
      ...withKeyManager(),
      keys: { ...unasked, keyPair },
    })
    callKeys?.ephemeralKey(id, 3n as never, 'briefly')
    callKeys?.ephemeralKey(id, 3n as never)
    assert.deepEqual(waits, ['briefly', undefined])
  })

  it('are not there where there is no way to a key manager', () => {
    assert.equal(keyManagerKeys({ ...around, ...withKeyManager() }), undefined)
  })

  it('are not there for a ParaTime whose descriptor names no key manager', () => {
    for (const where of [{}, withKeyManager('unnamed')])
      assert.equal(keyManagerKeys({ ...around, ...where, keys: unasked }), undefined)
  })

  it('are those of a ParaTime that is suspended, too', () => {
    const where = withKeyManager('suspended')
    assert.notEqual(keyManagerKeys({ ...around, ...where, keys: unasked }), undefined)
  })
})
