import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { bytes, text } from '@wadi/cbor/scalars'
import { RoundResults } from '@wadi/consensus/roothash'
import { Header } from '@wadi/consensus/roothash/block'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { hashOfBytes } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import {
  type KeyPair,
  type KeyPairName,
  MissingKeyError,
  type RuntimeKeys,
  SignedPublicKey,
} from '@wadi/runtime-protocol/enclave-rpc/keys'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'
import {
  Call,
  CallOutput,
  DecryptArgs,
  EncryptArgs,
  failure,
  KeyArgs,
  KeyValueArgs,
} from './call.ts'
import { keyvalueRuntime } from './keyvalueRuntime.ts'

const arena = new Arena()

/** Gives every name keys of its own; of the future there are none. */
const keys: RuntimeKeys = {
  keyPair: pairOf,
  publicKey: (name) => make(SignedPublicKey, { key: pairOf(name).inputKeypair.pk }),
}

function pairOf(name: KeyPairName): KeyPair {
  const of = name.kind === 'long-term' ? name.generation : name.epoch
  if (of > 5n) throw failure(`generation is in the future: expected max 5, got ${of}`)
  const sk = hashOfBytes(toUtf8(`${name.kind} ${toHex(name.keyPairId)} ${of}`))
  const pk = X25519PublicKey.check(x25519.publicKey(sk))
  return { inputKeypair: { pk, sk }, stateKey: hashOfBytes(sk), checksum: undefined }
}

const context: RuntimeContext = {
  runtimeId: Namespace.zero,
  header: make(Header, {}),
  epoch: 3n,
  maxMessages: 1,
  consensusHeight: 7n,
  consensus: newTree(),
  ask: () => assert.fail('nobody asks the host'),
  keys,
}

function newTree(): Tree {
  return createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
}

/** Calls, each by another sender. */
class Caller {
  readonly tree: Tree = newTree()
  #count = 0

  call(method: string, args: Uint8Array, runtime: RuntimeContext = context) {
    const sender = toUtf8(`${this.#count++}`)
    const inputs = [encodeRust(Call, { sender, nonce: 0n, method, args })]
    const roundResults = make(RoundResults, {})
    const batch = { mode: 'execute', inputs, inMessages: [], roundResults } as const
    const [done] = keyvalueRuntime.execute(runtime, this.tree, batch).transactions
    assert.ok(done !== undefined)
    assert.deepEqual(done.tags, [], 'nobody is told of what is sealed')
    return decodeRust(CallOutput, done.output)
  }

  textOf(method: string, args: Uint8Array): string | undefined {
    const { kind, body } = this.call(method, args)
    if (kind === 'Error') return `! ${body}`
    return body.length === 0 ? undefined : decodeRust(text, body)
  }

  bytesOf(method: string, args: Uint8Array): Uint8Array | string | undefined {
    const { kind, body } = this.call(method, args)
    if (kind === 'Error') return body
    return body.length === 0 ? undefined : decodeRust(bytes, body)
  }
}

const pair = (key: string, value: string, generation = 0n) =>
  encodeRust(KeyValueArgs, make(KeyValueArgs, { key, value, generation }))
const named = (key: string, generation = 0n) =>
  encodeRust(KeyArgs, make(KeyArgs, { key, generation }))

describe('sealed pairs', () => {
  it('are inserted, got and removed, and give what was there before', () => {
    const caller = new Caller()
    assert.equal(caller.textOf('enc_insert', pair('a', 'x')), undefined)
    assert.equal(caller.textOf('enc_insert', pair('a', 'y')), 'x')
    assert.equal(caller.textOf('enc_get', named('a')), 'y')
    assert.equal(caller.textOf('enc_remove', named('a')), 'y')
    assert.equal(caller.textOf('enc_get', named('a')), undefined)
  })

  it('show neither key nor value, and are under other keys in each generation', () => {
    const caller = new Caller()
    caller.textOf('enc_insert', pair('the key', 'the value', 0n))
    caller.textOf('enc_insert', pair('the key', 'the value', 1n))
    const pairs = [...pairsWithPrefix(caller.tree, Uint8Array.of(0x01))]
    assert.equal(pairs.length, 2)
    for (const [key, value] of pairs) {
      assert.equal(key.length, 1 + 'the key'.length + 16)
      assert.equal(value.length, 'the value'.length + 16 + 15)
      assert.ok(!toHex(key).includes(toHex(toUtf8('the key'))))
      assert.ok(!toHex(value).includes(toHex(toUtf8('the value'))))
    }
    assert.equal(caller.textOf('enc_get', named('the key', 2n)), undefined)
  })

  it('that were damaged are as good as none', () => {
    const caller = new Caller()
    caller.textOf('enc_insert', pair('a', 'x'))
    const [[key, value]] = [...pairsWithPrefix(caller.tree, Uint8Array.of(0x01))] as [
      readonly [Uint8Array, Uint8Array],
    ]
    for (const damaged of [value.with(0, value[0]! ^ 1), value.subarray(1), new Uint8Array(30)]) {
      caller.tree.insert(key, damaged)
      assert.equal(caller.textOf('enc_get', named('a')), undefined)
    }
  })

  it('fail with the sentence of the key manager', () => {
    const refused = '! generation is in the future: expected max 5, got 6'
    assert.equal(new Caller().textOf('enc_get', named('a', 6n)), refused)
  })

  it('can be asked for without a transaction', () => {
    const caller = new Caller()
    caller.textOf('enc_insert', pair('a', 'x'))
    const query = { method: 'enc_get', args: named('a') }
    const answer = keyvalueRuntime.query(context, caller.tree, query)
    assert.equal(decodeRust(text, answer), 'x')
  })

  it('let whoever runs the batch fetch what is missing, and change nothing before', () => {
    const missing: RuntimeKeys = {
      keyPair: (name) => {
        throw new MissingKeyError('key-pair', name)
      },
      publicKey: keys.publicKey,
    }
    const caller = new Caller()
    const runtime = { ...context, keys: missing }
    assert.throws(() => caller.call('enc_insert', pair('a', 'x'), runtime), MissingKeyError)
    assert.throws(() => caller.call('decrypt', Uint8Array.of(0xf6), runtime), MissingKeyError)
    assert.equal([...pairsWithPrefix(caller.tree, Uint8Array.of(0x01))].length, 0)
  })
})

describe('sealing for the runtime', () => {
  const plaintext = toUtf8('plaintext')
  const sealing = { epoch: 3n, keyPairId: 'mine', plaintext }
  const opening = (ciphertext: Uint8Array, epoch = 3n) =>
    encodeRust(DecryptArgs, { epoch, keyPairId: 'mine', ciphertext })

  it('gives what opens again, the same on every node', () => {
    const sealed = new Caller().bytesOf('encrypt', encodeRust(EncryptArgs, sealing))
    assert.ok(sealed instanceof Uint8Array)
    assert.deepEqual(new Caller().bytesOf('encrypt', encodeRust(EncryptArgs, sealing)), sealed)
    assert.equal(sealed.length, 32 + plaintext.length + 16)
    assert.deepEqual(new Caller().bytesOf('decrypt', opening(sealed)), plaintext)
  })

  it('refuses what was sealed for another epoch, damaged or cut, in the words of the reference', () => {
    const caller = new Caller()
    const sealed = caller.bytesOf('encrypt', encodeRust(EncryptArgs, sealing))
    assert.ok(sealed instanceof Uint8Array)
    const failed = 'failed to decrypt ciphertext: Tag verification failed'
    assert.equal(caller.bytesOf('decrypt', opening(sealed, 2n)), failed)
    assert.equal(caller.bytesOf('decrypt', opening(sealed.with(40, sealed[40]! ^ 1))), failed)
    assert.equal(caller.bytesOf('decrypt', opening(sealed.subarray(0, 31))), 'invalid ciphertext')
    assert.equal(
      caller.bytesOf('decrypt', opening(sealed.subarray(0, 40))),
      'failed to decrypt ciphertext: Ciphertext did not include a complete tag.',
    )
    const future = 'generation is in the future: expected max 5, got 6'
    assert.equal(
      caller.bytesOf('decrypt', opening(sealed, 6n)),
      `private ephemeral key not available: ${future}`,
    )
  })
})
