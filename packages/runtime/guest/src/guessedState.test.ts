import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { Arena } from '@wadi/mkvs/arena'
import { NO_NODES } from '@wadi/mkvs/nodeReader'
import { Overlay } from '@wadi/mkvs/overlay'
import type { Proof } from '@wadi/mkvs/proof'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { proveGet, proveIterate, provePrefixes } from '@wadi/mkvs/syncer'
import { createTree, openTree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import type { StorageSyncRequest } from '@wadi/runtime-protocol/host-protocol/services'
import fc from 'fast-check'
import { GuessedState } from './guessedState.ts'
import { HostCall } from './hostCall.ts'
import { KeyQueue } from './keyQueue.ts'
import { GUESSED_KEYS_MAX, KEYS_PER_QUESTION_MAX } from './limits.ts'

const arena = new Arena()

function keyAt(index: number): Uint8Array {
  // Far from each other, as hashes are.
  const number = Math.imul(index + 1, 0x9e3779b1) >>> 0
  return Uint8Array.of(1, number >>> 24, number >>> 16, number >>> 8, number)
}

const keysOf = (count: number) => Array.from({ length: count }, (_, i) => keyAt(i))

/** A state of such pairs at the host, of which nothing is here. */
function farState(there: readonly Uint8Array[], spoil = (proof: Proof) => proof) {
  const tree = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
  for (const [i, key] of there.entries()) tree.insert(key, Uint8Array.of(i, i >> 8))
  const { root } = tree.commit({ version: 1n, baseAddress: 1 })
  const asked = { get: 0, prefixes: 0, iterate: 0 }
  const prove = ({ syncGet, syncGetPrefixes, syncIterate }: StorageSyncRequest) => {
    if (syncGet !== undefined) {
      asked.get++
      return proveGet(tree, syncGet)
    }
    if (syncGetPrefixes !== undefined) {
      asked.prefixes++
      return provePrefixes(tree, syncGetPrefixes)
    }
    asked.iterate++
    return proveIterate(tree, syncIterate!)
  }
  const ask = async ({ body }: { readonly body: unknown }) => {
    const proof = spoil(prove(body as StorageSyncRequest))
    return { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } } as never
  }
  const state = new GuessedState(openTree(arena, { root, rootAddress: 0, reader: NO_NODES }))
  const { client } = new KeyQueue({ askAny: async () => undefined }, Namespace.zero)
  const keys = { client, fetch: () => assert.fail('nobody asks for keys') }
  const signal = new AbortController().signal
  const trees = [{ endpoint: 0, state }]
  return { state, asked, call: new HostCall({ connection: { ask }, keys }, trees, signal) }
}

describe('a state of which nothing is here', () => {
  it('is asked for all that a function reads at once, and the function runs four times', async () => {
    const { state, asked, call } = farState(keysOf(5_000))
    let runs = 0
    const sum = await call.run('read', () => {
      runs++
      let total = 0
      // Every third one is not there at the host either.
      for (let i = 0; i < 7_500; i += 5) total += state.get(keyAt(i))?.[0] ?? 0
      return total
    })
    let expected = 0
    for (let i = 0; i < 5_000; i += 5) expected += i & 0xff
    assert.equal(sum, expected)
    assert.deepEqual([runs, asked], [4, { get: 1, prefixes: 1, iterate: 0 }])
  })

  it('is read as it is by whoever reads what he found', async () => {
    const { state, asked, call } = farState(keysOf(1_000))
    const last = await call.run('read', () => {
      let found = 0
      for (let i = 0; i < 10; i++) {
        const value = state.get(keyAt(found))
        found = value === undefined ? 0 : ((value[0]! + 256 * value[1]!) * 7 + 3) % 1_000
      }
      return found
    })
    let expected = 0
    for (let i = 0; i < 10; i++) expected = (expected * 7 + 3) % 1_000
    assert.equal(last, expected)
    assert.ok(asked.prefixes <= 10)
  })

  it('is asked for what is not there, too: a lookup of that ends under another key', async () => {
    const shape = fc.array(fc.uint8Array({ minLength: 2, maxLength: 3 }), { maxLength: 12 })
    const property = fc.asyncProperty(shape, shape, async (there, sought) => {
      const { state, asked, call } = farState(there)
      const names = new Set(there.map(toHex))
      const found = await call.run('read', () => sought.map((key) => state.get(key)))
      assert.deepEqual(
        found.map((value) => value !== undefined),
        sought.map((key) => names.has(toHex(key))),
      )
      // Each question brings all lookups a node further down, and there are no more than pairs.
      assert.ok(asked.get + asked.prefixes <= 2 + names.size)
    })
    await fc.assert(property, { numRuns: 1_000 })
  })

  it('is walked over, and changed through what lies above it', async () => {
    const { state, call } = farState(keysOf(300))
    const pairs = await call.run('read', () => [...pairsWithPrefix(state, Uint8Array.of(1))])
    assert.equal(pairs.length, 300)
    const dropped: Overlay[] = []
    const other = farState(keysOf(300))
    const write = () => {
      const overlay = new Overlay(arena, other.state)
      for (let i = 0; i < 300; i++) overlay.insert(keyAt(i), overlay.get(keyAt(i)) ?? keyAt(i))
      return overlay
    }
    const overlay = await other.call.run('read', write, (guessed) => {
      dropped.push(guessed)
      guessed.dispose()
    })
    const before = other.state.tree.root.hash
    await other.call.run('write', () => overlay.commit())
    assert.deepEqual(other.state.tree.rootHash(), before, 'what was guessed is nowhere')
    assert.equal(dropped.length, 1)
    assert.ok(state.tree.root.hash.length > 0)
  })

  it(`is asked for ${KEYS_PER_QUESTION_MAX} keys in one question, and for more in another`, async () => {
    // The first lookup is answered before anything is guessed.
    for (const [count, questions] of [
      [KEYS_PER_QUESTION_MAX + 1, 1],
      [KEYS_PER_QUESTION_MAX + 2, 2],
    ] as const) {
      const { state, asked, call } = farState(keysOf(2 * count))
      const found = await call.run('read', () =>
        keysOf(count).map((key) => state.get(key) !== undefined),
      )
      assert.ok(found.every(Boolean))
      assert.deepEqual(asked, { get: 1, prefixes: questions, iterate: 0 })
    }
  })

  it(`is asked for ${GUESSED_KEYS_MAX} keys at once and no more`, () => {
    const { state } = farState(keysOf(10))
    state.beginGuess()
    for (let i = 0; i <= GUESSED_KEYS_MAX; i++) assert.equal(state.get(keyAt(i)), undefined)
    assert.equal(state.endGuess().length, GUESSED_KEYS_MAX)
    assert.throws(() => state.get(keyAt(0)), { reason: 'mkvs.missing-node' })
  })
})

describe('storage-sync answers of any shape', () => {
  const there = keysOf(50)
  const sought = [...there.slice(0, 8), keyAt(77)]
  const read = (state: GuessedState) => () => sought.map((key) => state.get(key)?.[0])
  const truth = sought.map((_, i) => (i < 8 ? i : undefined))

  /** What somebody reads whose host spoils its answers; undefined if he refuses one. */
  async function readSpoilt(spoil: (proof: Proof, question: number) => Proof) {
    let questions = 0
    const { state, call, asked } = farState(there, (proof) => spoil(proof, questions++))
    try {
      return { found: await call.run('read', read(state)), asked }
    } catch (error) {
      assert.ok(error instanceof CodedError, `${error}`)
      assert.throws(() => state.get(keyAt(40)), { reason: 'mkvs.missing-node' })
      return { found: undefined, asked }
    }
  }

  it('are refused with a code, or show what is so', async () => {
    const bytes = fc.uint8Array({ maxLength: 40 })
    const damage = fc.record({ question: fc.nat(2), entry: fc.nat(60), bytes, kind: fc.nat(4) })
    const property = fc.asyncProperty(damage, async ({ question, entry, bytes: other, kind }) => {
      const spoil = (proof: Proof): Proof => {
        const { entries, untrustedRoot } = proof
        const at = entries.length === 0 ? 0 : entry % entries.length
        if (kind === 0) return { ...proof, entries: entries.with(at, other) }
        if (kind === 1) return { ...proof, entries: entries.slice(0, at) }
        if (kind === 2) return { ...proof, entries: [...entries, other] }
        if (kind === 3) return { ...proof, entries: entries.with(at, undefined) }
        return { ...proof, untrustedRoot: Hash.check(untrustedRoot.map((byte) => byte ^ entry)) }
      }
      const { found } = await readSpoilt((proof, i) => (i === question ? spoil(proof) : proof))
      if (found !== undefined) assert.deepEqual(found, truth)
    })
    await fc.assert(property, { numRuns: 500 })
  })

  it('that show nothing are not asked for without end', async () => {
    let first: Proof | undefined
    const { found, asked } = await readSpoilt((proof) => (first ??= proof))
    assert.equal(found, undefined)
    assert.ok(asked.get + asked.prefixes + asked.iterate <= 4)
  })
})
