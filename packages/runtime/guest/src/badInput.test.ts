import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { describe, it } from 'node:test'
import { isTold } from '@wadi/base/errors'
import { decode, encode, make } from '@wadi/cbor/codec'
import { frameOf } from '@wadi/cbor/framing'
import { Arena } from '@wadi/mkvs/arena'
import { PROOF_ENTRIES_MAX } from '@wadi/mkvs/limits'
import { MissingNodeError, NO_NODES } from '@wadi/mkvs/nodeReader'
import type { Proof } from '@wadi/mkvs/proof'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import {
  ProofResponse,
  proveGet,
  proveIterate,
  provePrefixes,
  verifyAnswer,
} from '@wadi/mkvs/syncer'
import { createTree, openTree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { hostileBytes, tryHostile } from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import { QueryRequest } from '@wadi/runtime-protocol/host-protocol/batches'
import { encodeForRuntime, MESSAGE_TYPES } from '@wadi/runtime-protocol/host-protocol/message'
import type { StorageSyncRequest } from '@wadi/runtime-protocol/host-protocol/services'
import { MESSAGE_ITEM_COUNT_MAX } from '@wadi/runtime-protocol/limits'
import fc from 'fast-check'
import { GuessedState } from './guessedState.ts'
import { HostCall } from './hostCall.ts'
import { HostConnection } from './hostConnection.ts'
import { KeyQueue } from './keyQueue.ts'

const arena = new Arena()
const COUNT = 40
const keyAt = (i: number) => Uint8Array.of(1, (i * 67) & 0xff, i)
const valueAt = (i: number) => Uint8Array.of(i, 7)

const tree = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
for (let i = 0; i < COUNT; i++) tree.insert(keyAt(i), valueAt(i))
const { root } = tree.commit({ version: 1n, baseAddress: 1 })
const asked = { root, position: root.hash }
const key = keyAt(5)

/** Proofs of each kind, in both versions, as they are answered. */
const proofs = [0, 1].flatMap((proofVersion): readonly Proof[] => [
  proveGet(tree, { tree: asked, key, includeSiblings: false, proofVersion }),
  proveGet(tree, { tree: asked, key: keyAt(99), includeSiblings: true, proofVersion }),
  provePrefixes(tree, { tree: asked, prefixes: [Uint8Array.of(1, 67)], limit: 9, proofVersion }),
  proveIterate(tree, { tree: asked, key, prefetch: 3, proofVersion }),
])
const answers = proofs.map((proof) => encode(ProofResponse, { proof }))

/** Takes an answer in, and checks that nothing follows from it but what is so. */
function take(bytes: Uint8Array): void {
  const { proof } = decode(ProofResponse, bytes)
  const far = openTree(arena, { root, rootAddress: 0, reader: NO_NODES })
  try {
    far.merge(verifyAnswer(proof, asked), key)
    for (let i = 0; i <= COUNT; i++) {
      const expected = i < COUNT ? valueAt(i) : undefined
      try {
        assert.deepEqual(far.get(keyAt(i)), expected)
      } catch (error) {
        if (!(error instanceof MissingNodeError)) throw error
      }
    }
    assert.deepEqual(far.root.hash, root.hash)
  } finally {
    far.dispose()
  }
}

describe('Bad input: proofs', () => {
  it('of any bytes are refused with a code, or show nothing but what is so', () => {
    for (const bytes of answers) take(bytes)
    tryHostile(answers, take, 1_000)
  })

  it('with any bit of any entry changed, are refused', () => {
    const refusal = { module: 'unknown', code: 1 }
    for (const proof of proofs)
      for (const [i, entry] of proof.entries.entries()) {
        if (entry === undefined) continue
        const at = (i * 13) % entry.length
        const changed = entry.with(at, entry[at]! ^ (1 << (i % 8)))
        const entries = proof.entries.with(i, changed)
        assert.throws(() => verifyAnswer({ ...proof, entries }, asked), refusal, `entry ${i}`)
      }
  })

  it('of another tree, position or version, or with entries too few or too many, are refused', () => {
    const other = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
    other.insert(key, Uint8Array.of(1))
    const forged = other.commit({ version: 1n, baseAddress: 1 }).root
    const elsewhere = { root: forged, position: forged.hash }
    const request = { tree: elsewhere, key, includeSiblings: false, proofVersion: 0 }
    const foreign = proveGet(other, request)
    const [good] = proofs
    const wrong: readonly Proof[] = [
      foreign,
      { ...foreign, untrustedRoot: good!.untrustedRoot },
      { ...good!, untrustedRoot: Hash.check(new Uint8Array(32)) },
      { ...good!, version: 2 },
      { ...good!, version: 1 },
      { ...good!, entries: [] },
      { ...good!, entries: good!.entries.slice(0, -1) },
      { ...good!, entries: [...good!.entries, undefined] },
    ]
    for (const [i, proof] of wrong.entries())
      assert.throws(() => verifyAnswer(proof, asked), { module: 'unknown', code: 1 }, `${i}`)
  })

  it('PROOF_ENTRIES_MAX: of more entries than that are not even looked at', () => {
    const entries = new Array<undefined>(PROOF_ENTRIES_MAX + 1)
    const proof = { version: 0, untrustedRoot: root.hash, entries }
    const refusal = { module: 'unknown', code: 1, reason: 'mkvs.badProof' }
    assert.throws(() => verifyAnswer(proof, asked), refusal)
  })
})

describe('Bad input: storage-sync answers of the host', () => {
  it('of any bytes end the call with a code, or it comes out as it is, without end in no case', async () => {
    const sought = [3, 8, 21]
    const truth = sought.map(valueAt)
    const check = async (spoilt: Uint8Array, at: number) => {
      let questions = 0
      const ask = async ({ body }: { readonly body: unknown }) => {
        const { syncGet, syncGetPrefixes, syncIterate } = body as StorageSyncRequest
        const proof =
          syncGet !== undefined
            ? proveGet(tree, syncGet)
            : syncGetPrefixes !== undefined
              ? provePrefixes(tree, syncGetPrefixes)
              : proveIterate(tree, syncIterate!)
        const bytes = questions++ === at ? spoilt : encode(ProofResponse, { proof })
        const proofResponse = decode(ProofResponse, bytes)
        return { kind: 'HostStorageSyncResponse', body: { proofResponse } } as never
      }
      const far = openTree(arena, { root, rootAddress: 0, reader: NO_NODES })
      const state = new GuessedState(far)
      const { client } = new KeyQueue({ askAny: async () => undefined }, Namespace.zero)
      const keys = { client, fetch: () => assert.fail('nobody asks for keys') }
      const trees = [{ endpoint: 0, state }]
      const { signal } = new AbortController()
      const call = new HostCall({ connection: { ask }, keys }, trees, signal)
      try {
        const found = await call.run('read', () => sought.map((i) => state.get(keyAt(i))))
        assert.deepEqual(found, truth)
      } catch (error) {
        assert.ok(isTold(error), `${error}`)
      } finally {
        far.dispose()
      }
      assert.ok(questions <= 10, `${questions} questions`)
    }
    const property = fc.asyncProperty(hostileBytes(...answers), fc.nat(2), check)
    await fc.assert(property, { numRuns: 300 })
    for (const [at, bytes] of answers.entries()) await check(bytes, at % 3)
  })
})

describe('Bad input: messages of the host', () => {
  const query = encodeForRuntime({
    id: 1n,
    messageType: MESSAGE_TYPES.request,
    body: { kind: 'RuntimeQueryRequest', body: make(QueryRequest, { method: 'm' }) },
  })

  it('of any bytes are answered, or end the connection with a reason', async () => {
    const check = async (all: readonly Uint8Array[]) => {
      const [near, far] = duplexPair()
      far.on('error', () => undefined).resume()
      const serve = async () => ({ kind: 'Empty', body: {} }) as const
      const ended = new HostConnection(near, serve).run().then(
        () => undefined,
        (error: unknown) => error,
      )
      for (const bytes of all) far.write(frameOf(bytes))
      far.end()
      const why = await ended
      assert.ok(why === undefined || isTold(why), String(why))
    }
    const frames = fc.array(hostileBytes(query), { maxLength: 4 })
    await fc.assert(fc.asyncProperty(frames, check), { numRuns: 150 })
  })

  it('with more items than a batch can have end it before they are read', async () => {
    const zeros = new Uint8Array(MESSAGE_ITEM_COUNT_MAX + 1)
    const [near, far] = duplexPair()
    far.on('error', () => undefined).resume()
    const ended = new HostConnection(near, async () => assert.fail('nobody asks')).run()
    far.write(frameOf(zeros))
    await assert.rejects(ended, { reason: 'items.tooMany' })
  })
})
