import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  compareBytes,
  concatBytes,
  EMPTY_BYTES,
  equalBytes,
  hasPrefix,
  toHex,
  toUtf8,
} from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import {
  KEY_BYTES_MAX,
  PREFIX_COUNT_MAX,
  PROOF_BLOCK_BYTES_MAX,
  PROOF_DEPTH_MAX,
  PROOF_ENTRIES_MAX,
} from './limits.ts'
import { MissingNodeError, NO_NODES } from './nodeReader.ts'
import { verifyProofPlainly } from './plainProof.ts'
import { ENTRY_FULL, Proof } from './proof.ts'
import { INTERNAL_EXTRA_BYTES, SIZE_BYTES } from './proofLayout.ts'
import type { ProofNode } from './proofNode.ts'
import { getFromProof, pairsFromProof } from './readProof.ts'
import { EMPTY_HASH, ROOT_TYPE_STATE } from './roots.ts'
import { type Pair, pairsWithPrefix } from './state.ts'
import {
  GetPrefixesRequest,
  proveGet,
  proveIterate,
  provePrefixes,
  verifyAnswer,
} from './syncer.ts'
import { createTree, openTree, type Tree } from './tree.ts'
import { verifyGet, verifyProof, verifyProofInKernel } from './verifyProof.ts'

const namespace = new Uint8Array(32)
const arena = new Arena()

function treeOf(pairs: readonly Pair[]): Tree {
  const tree = createTree(arena, { namespace, type: ROOT_TYPE_STATE })
  for (const [k, v] of pairs) tree.insert(k, v)
  tree.commit({ version: 1n, baseAddress: 1 })
  return tree
}

const key = fc.oneof(
  fc
    .array(fc.constantFrom(0x00, 0x01, 0x40, 0x80, 0xff), { maxLength: 4 })
    .map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array({ maxLength: 3 }),
)
const pairs = fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 8 })), { maxLength: 30 })
const version = fc.constantFrom(0, 1)

const askAt = (tree: Tree, position: Uint8Array = tree.root.hash) => ({ root: tree.root, position })
const getRequest = (tree: Tree, k: Uint8Array, proofVersion: number, includeSiblings = false) => ({
  tree: askAt(tree),
  key: k,
  includeSiblings,
  proofVersion,
})
const allPairs = (tree: Tree): Pair[] => [...pairsWithPrefix(tree, EMPTY_BYTES)]

/** Five pairs whose tree has leaf slots, embedded leaves and labels. */
const sample = (): Tree =>
  treeOf(['', 'a', 'ab', 'abc', 'b'].map((text) => [toUtf8(text), toUtf8(`value of ${text}`)]))

function sampleProofs(tree: Tree): Proof[] {
  return [0, 1].flatMap((proofVersion) => [
    proveGet(tree, getRequest(tree, toUtf8('ab'), proofVersion)),
    proveGet(tree, getRequest(tree, toUtf8('abd'), proofVersion, true)),
    proveIterate(tree, { tree: askAt(tree), key: toUtf8('a'), prefetch: 2, proofVersion }),
  ])
}

const isRefused = (error: unknown): boolean => error instanceof CodedError

describe('a proof of one key', () => {
  it('tells the value or the absence, and tells nothing false', () => {
    fc.assert(
      fc.property(pairs, key, version, fc.boolean(), (list, k, proofVersion, siblings) => {
        const tree = treeOf(list)
        const proof = proveGet(tree, getRequest(tree, k, proofVersion, siblings))
        assert.deepEqual(decode(Proof, encode(Proof, proof)), proof)
        const verified = verifyProof(tree.root.hash, proof)
        const value = tree.get(k)
        const expected = value === undefined ? { kind: 'absent' } : { kind: 'present', value }
        assert.deepEqual(getFromProof(verified, k), expected)
        for (const [other, otherValue] of list) {
          const answer = getFromProof(verified, other)
          if (answer.kind === 'present')
            assert.deepEqual(answer.value, tree.get(other) ?? otherValue)
          else if (tree.get(other) !== undefined) assert.equal(answer.kind, 'unknown')
        }
        tree.dispose()
      }),
      { numRuns: 300 },
    )
  })

  it('serves a client that asks on at each hash it meets', () => {
    fc.assert(
      fc.property(pairs, fc.array(key, { maxLength: 6 }), version, (list, wanted, proofVersion) => {
        const tree = treeOf(list)
        const remote = openTree(arena, { root: tree.root, rootAddress: 0, reader: NO_NODES })
        for (const k of [...wanted, ...list.map(([other]) => other)]) {
          const value = whileAsking(
            remote,
            () => remote.get(k),
            (missing) => {
              const request = {
                ...getRequest(tree, k, proofVersion),
                tree: askAt(tree, missing.position),
              }
              return proveGet(tree, request)
            },
          )
          assert.deepEqual(value, tree.get(k))
        }
        remote.dispose()
        tree.dispose()
      }),
      { numRuns: 200 },
    )
  })

  it('with siblings lets a client remove the key', () => {
    fc.assert(
      fc.property(pairs, version, fc.nat(), (list, proofVersion, choice) => {
        fc.pre(list.length > 0)
        const tree = treeOf(list)
        const [k] = list[choice % list.length]!
        const remote = openTree(arena, { root: tree.root, rootAddress: 0, reader: NO_NODES })
        const proof = proveGet(tree, getRequest(tree, k, proofVersion, true))
        remote.merge(verifyProof(tree.root.hash, proof), k)
        remote.remove(k)
        tree.remove(k)
        assert.deepEqual(remote.rootHash(), tree.rootHash())
        remote.dispose()
        tree.dispose()
      }),
      { numRuns: 200 },
    )
  })
})

/** Makes the call again and again, merging the proof of each node that it misses. */
function whileAsking<T>(remote: Tree, call: () => T, ask: (missing: MissingNodeError) => Proof): T {
  for (let asked = 0; ; asked++) {
    try {
      return call()
    } catch (error) {
      if (!(error instanceof MissingNodeError)) throw error
      assert.ok(asked < 100, 'the proofs lead nowhere')
      remote.merge(verifyAnswer(ask(error), error), error.key)
    }
  }
}

describe('a proof of a range', () => {
  it('tells the pairs from a key on, as many as were asked for', () => {
    fc.assert(
      fc.property(pairs, key, fc.nat(5), version, (list, from, prefetch, proofVersion) => {
        const tree = treeOf(list)
        const request = { tree: askAt(tree), key: from, prefetch, proofVersion }
        const verified = verifyProof(tree.root.hash, proveIterate(tree, request))
        const told: Pair[] = []
        const walk = pairsFromProof(verified, from)
        while (told.length <= prefetch) {
          const step = walk.next()
          if (step.done === true) break
          told.push(step.value)
        }
        const all = allPairs(tree).filter(([k]) => compareBytes(k, from) >= 0)
        assert.deepEqual(told, all.slice(0, prefetch + 1))
        tree.dispose()
      }),
      { numRuns: 300 },
    )
  })

  it('tells all pairs with the prefixes, up to the limit', () => {
    fc.assert(
      fc.property(
        pairs,
        fc.array(key, { maxLength: 3 }),
        version,
        (list, prefixes, proofVersion) => {
          const tree = treeOf(list)
          const limit = 65_535
          const proof = provePrefixes(tree, { tree: askAt(tree), prefixes, limit, proofVersion })
          const remote = openTree(arena, { root: tree.root, rootAddress: 0, reader: NO_NODES })
          remote.merge(verifyProof(tree.root.hash, proof), EMPTY_BYTES)
          for (const prefix of prefixes) {
            const expected = allPairs(tree).filter(([k]) => hasPrefix(k, prefix))
            assert.deepEqual([...pairsWithPrefix(remote, prefix)], expected)
          }
          remote.dispose()
          tree.dispose()
        },
      ),
      { numRuns: 200 },
    )
  })

  it('PREFIX_COUNT_MAX: is asked for so many prefixes at once, and not for one more', () => {
    const tree = sample()
    const request = (count: number) => {
      const prefixes = Array<Uint8Array>(count).fill(EMPTY_BYTES)
      const asked = { tree: askAt(tree), prefixes, limit: 1, proofVersion: 0 }
      return decode(GetPrefixesRequest, encode(GetPrefixesRequest, asked))
    }
    assert.equal(request(PREFIX_COUNT_MAX).prefixes.length, PREFIX_COUNT_MAX)
    assert.throws(() => request(PREFIX_COUNT_MAX + 1), { code: 1, reason: 'cbor.tooMany' })
    tree.dispose()
  })

  it('ends with an error where it does not tell what comes next', () => {
    const tree = sample()
    const proof = proveGet(tree, getRequest(tree, toUtf8('ab'), 1))
    const verified = verifyProof(tree.root.hash, proof)
    assert.throws(() => [...pairsFromProof(verified, EMPTY_BYTES)], { reason: 'mkvs.badProof' })
    tree.dispose()
  })
})

/** What a call throws. Much cheaper than `assert.throws`, for calls by the hundred thousand. */
function refusalOf(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

/** A node with all that it answers, as plain data. */
function plain(node: ProofNode): unknown {
  if (node?.kind === 'hash') return { kind: node.kind, hash: node.hash }
  if (node?.kind === 'leaf') return [node.key, node.value, node.hash]
  if (node === undefined) return undefined
  const { kind, labelBits, label, leaf, left, right, hash } = node
  return { kind, labelBits, label, hash, leaf: plain(leaf), left: plain(left), right: plain(right) }
}

describe('the verifier', () => {
  it('refuses every single-byte mutation of a proof (P13)', () => {
    const tree = sample()
    const { hash } = tree.root
    for (const proof of sampleProofs(tree)) {
      assert.ok(verifyProofInKernel(hash, proof) !== undefined)
      proof.entries.forEach((entry, i) => {
        const mutated = entry?.slice() ?? EMPTY_BYTES
        const damaged = { ...proof, entries: proof.entries.with(i, mutated) }
        for (let at = 0; at < mutated.length; at++) {
          const byte = mutated[at]!
          for (let flip = 1; flip < 256; flip++) {
            mutated[at] = byte ^ flip
            const found = verifyProofInKernel(hash, damaged)
            assert.ok(found === undefined, `entry ${i}, byte ${at}, flip ${flip}`)
          }
          // Telling why takes longer than refusing, so each byte is tried with one of its bits.
          mutated[at] = byte ^ (1 << (at % 8))
          for (const check of [
            () => verifyProof(hash, damaged),
            () => verifyGet(hash, damaged, toUtf8('ab')),
            () => verifyProofPlainly(hash, damaged),
          ])
            assert.ok(isRefused(refusalOf(check)), `entry ${i}, byte ${at}`)
          mutated[at] = byte
        }
        assert.ok(verifyProofInKernel(hash, damaged) !== undefined || entry === undefined)
      })
    }
    tree.dispose()
  })

  it('finds in every proof what the plain verifier finds, and refuses what that refuses', () => {
    fc.assert(
      fc.property(pairs, key, version, fc.nat(), (list, k, v, damage) => {
        const tree = treeOf(list)
        const { hash } = tree.root
        const proof = proveGet(tree, getRequest(tree, k, v, damage % 2 === 0))
        // What follows a node in its entry does not matter to either.
        const tail = new Uint8Array(damage % 5)
        const longer = proof.entries.map((entry) =>
          entry?.[0] === ENTRY_FULL ? concatBytes(entry, tail) : entry,
        )
        for (const entries of [proof.entries, longer]) {
          const found = verifyProofInKernel(hash, { ...proof, entries })
          assert.ok(found !== undefined)
          const expected = verifyProofPlainly(hash, { ...proof, entries })
          assert.deepEqual(plain(found.node), plain(expected.node))
          for (const asked of [k, k.subarray(1), concatBytes(k, k), ...list.map(([own]) => own)]) {
            const answer = verifyGet(hash, { ...proof, entries }, asked)
            assert.deepEqual(answer, getFromProof(expected, asked))
          }
        }
        const i = damage % proof.entries.length
        const entry = proof.entries[i]?.slice() ?? Uint8Array.of(1)
        entry[damage % entry.length]! ^= 1 + (damage % 255)
        const damaged = { ...proof, entries: proof.entries.with(i, entry) }
        assert.equal(verifyProofInKernel(hash, damaged), undefined)
        assert.ok(isRefused(refusalOf(() => verifyProofPlainly(hash, damaged))))
        assert.ok(isRefused(refusalOf(() => verifyGet(hash, damaged, k))))
        tree.dispose()
      }),
      { numRuns: 300 },
    )
  })

  it('tells the value of the longest key, and that a longer one is absent', () => {
    const longest = new Uint8Array(KEY_BYTES_MAX).fill(0xa7)
    const tree = treeOf([
      [longest, toUtf8('value')],
      [longest.subarray(1), EMPTY_BYTES],
    ])
    const farTooLong = new Uint8Array(1_000_000).fill(0xa7)
    for (const proofVersion of [0, 1]) {
      const proof = proveGet(tree, getRequest(tree, longest, proofVersion))
      const ask = (k: Uint8Array) => verifyGet(tree.root.hash, proof, k)
      assert.deepEqual(ask(longest), { kind: 'present', value: toUtf8('value') })
      assert.deepEqual(ask(longest.with(KEY_BYTES_MAX - 1, 0)), { kind: 'absent' })
      assert.deepEqual(ask(concatBytes(longest, Uint8Array.of(0xa7))), { kind: 'absent' })
      assert.deepEqual(ask(farTooLong), { kind: 'absent' })
    }
    tree.dispose()
  })

  it('refuses a label with bits behind its end, even if the hash is right', () => {
    const none = [EMPTY_HASH, EMPTY_HASH, EMPTY_HASH]
    for (const [bits, label, isWellFormed] of [
      [3, [0xe0], true],
      [3, [0xf0], false],
      [8, [0xff], true],
      [9, [0xff, 0x80], true],
      [9, [0xff, 0xc0], false],
    ] as const) {
      const head = Uint8Array.of(1, bits, 0, ...label)
      const root = sha512Trunc256(concatBytes(head, ...none))
      const entry = concatBytes(Uint8Array.of(ENTRY_FULL), head, Uint8Array.of(2))
      const proof = { version: 0, untrustedRoot: root, entries: [entry, undefined, undefined] }
      assert.equal(verifyProofInKernel(root, proof) !== undefined, isWellFormed)
      assert.equal(refusalOf(() => verifyProof(root, proof)) === undefined, isWellFormed)
    }
  })

  it('takes leaves up to its bound in the kernel, and larger ones without', () => {
    // An entry's size, the bytes of the entry that are not value, padding, and room for the result.
    const rest = SIZE_BYTES + 9 + 3 + INTERNAL_EXTRA_BYTES
    const bound = PROOF_BLOCK_BYTES_MAX - rest
    for (const [size, isInKernel] of [
      [0, true],
      [100_000, true],
      [bound, true],
      [bound + 1, false],
    ] as const) {
      const tree = treeOf([[Uint8Array.of(7), new Uint8Array(size).fill(3)]])
      const { hash } = tree.root
      const proof = proveGet(tree, getRequest(tree, Uint8Array.of(7), 0))
      assert.equal(verifyProofInKernel(hash, proof) !== undefined, isInKernel, `${size}`)
      const answer = getFromProof(verifyProof(hash, proof), Uint8Array.of(7))
      assert.equal(answer.kind === 'present' && answer.value.length, size)
      assert.deepEqual(verifyGet(hash, proof, Uint8Array.of(7)), answer)
      tree.dispose()
    }
  })

  it('keeps what was verified, whatever is verified next or becomes of the proof', () => {
    const tree = sample()
    for (const proof of sampleProofs(tree)) {
      const verified = verifyProof(tree.root.hash, proof)
      const before = plain(verified.node)
      const copy = { ...proof, entries: proof.entries.map((entry) => entry?.slice()) }
      assert.deepEqual(plain(verifyProof(tree.root.hash, copy).node), before)
      const other = verifyProof(tree.root.hash, copy)
      for (const entry of copy.entries) entry?.fill(0xa5)
      assert.deepEqual(plain(other.node), before)
      assert.deepEqual(plain(verified.node), before)
    }
    tree.dispose()
  })

  it('refuses every swap of two different nodes of a proof (P13)', () => {
    const tree = sample()
    for (const proof of sampleProofs(tree)) {
      const { entries } = proof
      for (let i = 0; i < entries.length; i++) {
        for (let j = 0; j < i; j++) {
          const [a, b] = [entries[i], entries[j]]
          if (a === b || (a && b && equalBytes(a, b))) continue
          const swapped = entries.with(i, b).with(j, a)
          assert.throws(
            () => verifyProof(tree.root.hash, { ...proof, entries: swapped }),
            isRefused,
          )
        }
      }
    }
    tree.dispose()
  })

  it('refuses proofs that are empty, too short, too long, of another root or version', () => {
    const tree = sample()
    const { hash } = tree.root
    for (const proof of sampleProofs(tree)) {
      const { entries } = proof
      const refuses = (change: Partial<Proof>, reason: string): void => {
        assert.throws(() => verifyProof(hash, { ...proof, ...change }), { reason })
      }
      refuses({ entries: [] }, 'mkvs.badProof')
      refuses({ entries: entries.slice(0, -1) }, 'mkvs.badProof')
      refuses({ entries: [...entries, undefined] }, 'mkvs.badProof')
      refuses({ entries: entries.with(0, EMPTY_BYTES) }, 'mkvs.badProof')
      refuses({ entries: [concatBytes(Uint8Array.of(2), hash.slice(1))] }, 'mkvs.badProof')
      refuses({ version: 2 }, 'mkvs.badProofVersion')
      refuses({ untrustedRoot: EMPTY_HASH }, 'mkvs.rootMismatch')
      refuses({ entries: [undefined] }, 'mkvs.rootMismatch')
      assert.throws(() => verifyProof(EMPTY_HASH, proof), { reason: 'mkvs.rootMismatch' })
    }
    tree.dispose()
  })

  it('accepts nodes nested 128 deep and refuses one more', () => {
    const keyOf = (size: number): Uint8Array => new Uint8Array(size)
    const deep = (size: number): Tree =>
      treeOf(Array.from({ length: size + 1 }, (_, i) => [keyOf(i), EMPTY_BYTES]))
    const ask = (size: number): void => {
      const tree = deep(size)
      verifyProof(tree.root.hash, proveGet(tree, getRequest(tree, keyOf(size), 0)))
      tree.dispose()
    }
    ask(PROOF_DEPTH_MAX)
    assert.throws(() => ask(PROOF_DEPTH_MAX + 1), { reason: 'mkvs.badProof' })
  })

  it('looks at so many entries and refuses one more', () => {
    const root = new Uint8Array(32)
    const proof = (count: number): Proof => ({
      version: 0,
      untrustedRoot: root,
      entries: new Array<undefined>(count).fill(undefined),
    })
    assert.throws(() => verifyProof(root, proof(PROOF_ENTRIES_MAX)), { context: /left over/ })
    assert.throws(() => verifyProof(root, proof(PROOF_ENTRIES_MAX + 1)), { context: /too many/ })
  })

  it('answers any bytes with a coded error', () => {
    const entry = fc.option(
      fc
        .tuple(fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 60 }))
        .map(([kind, rest]) => concatBytes(Uint8Array.of(kind), rest)),
      { nil: undefined },
    )
    const root = new Uint8Array(32).fill(7)
    fc.assert(
      fc.property(version, fc.array(entry, { maxLength: 8 }), (proofVersion, entries) => {
        const proof = { version: proofVersion, untrustedRoot: root, entries }
        assert.throws(() => verifyProof(root, proof), isRefused)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the syncer', () => {
  it('refuses requests for another root, another version, or a tree with changes', () => {
    const tree = sample()
    const request = getRequest(tree, toUtf8('a'), 0)
    const root = { ...tree.root, version: 2n }
    assert.throws(() => proveGet(tree, { ...request, tree: { ...request.tree, root } }), {
      reason: 'mkvs.rootMismatch',
    })
    assert.throws(() => proveGet(tree, { ...request, proofVersion: 2 }), {
      reason: 'mkvs.badProofVersion',
    })
    tree.insert(toUtf8('new'), toUtf8('value'))
    assert.throws(() => proveGet(tree, request), { reason: 'mkvs.uncommitted' })
    for (const [k] of allPairs(tree).slice(1)) tree.remove(k)
    assert.throws(() => proveGet(tree, request), { reason: 'mkvs.uncommitted' })
    tree.dispose()
  })

  it('proves an empty tree by a single null', () => {
    const tree = treeOf([])
    const proof = proveGet(tree, getRequest(tree, toUtf8('a'), 0))
    assert.deepEqual(proof.entries, [undefined])
    assert.equal(toHex(proof.untrustedRoot), toHex(EMPTY_HASH))
    assert.deepEqual(getFromProof(verifyProof(EMPTY_HASH, proof), toUtf8('a')), { kind: 'absent' })
    tree.dispose()
  })
})
