/** The properties of every hash function, against an oracle: a suite for the tests. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { concatBytes } from '@wadi/base/bytes'
import { PAGE_BYTES } from '@wadi/base/wasm/module'
import fc from 'fast-check'
import type { HashFunction } from '../hashFunction.ts'

const LENGTHS = 600
const LONG_BYTES_MAX = 200_000

/** Declares the tests of a hash function; `oracle` is another implementation of it. */
export function checkHashFunction(
  hashFunction: HashFunction,
  oracle: (message: Uint8Array) => Uint8Array,
): void {
  const expected = (message: Uint8Array): Uint8Array => Uint8Array.from(oracle(message))

  it(`agrees with another implementation on all lengths to ${LENGTHS}`, () => {
    for (let size = 0; size <= LENGTHS; size++) {
      const message = Uint8Array.from({ length: size }, (_, i) => (i * 151 + size * 7) & 255)
      assert.deepEqual(hashFunction.hash(message), expected(message), `${size} bytes`)
    }
  })

  it('agrees with another implementation on long messages, cut anywhere', () => {
    const pieces = fc.array(fc.nat(LONG_BYTES_MAX / 4), { maxLength: 4 })
    fc.assert(
      fc.property(pieces, fc.nat(255), (sizes, seed) => {
        const parts = sizes.map((size) => patterned(size, seed))
        const message = concatBytes(...parts)
        const digest = expected(message)
        assert.deepEqual(hashFunction.hash(message), digest)
        assert.deepEqual(hashFunction.hashParts(...parts), digest)
        const hasher = hashFunction.create()
        for (const part of parts) hasher.update(part)
        assert.deepEqual(hasher.finish(), digest)
      }),
      { numRuns: 10 },
    )
  })

  it('agrees with another implementation where a message outgrows the memory for input', () => {
    for (const size of [PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 3 * PAGE_BYTES]) {
      const message = patterned(size, 5)
      const digest = expected(message)
      assert.deepEqual(hashFunction.hash(message), digest, `${size} bytes`)
      assert.deepEqual(hashFunction.hashParts(message.subarray(0, 9), message.subarray(9)), digest)
    }
  })

  it('agrees with another implementation on short messages in short pieces', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
    fc.assert(
      fc.property(pieces, (parts) => {
        const digest = expected(concatBytes(...parts))
        assert.deepEqual(hashFunction.hashParts(...parts), digest)
        const hasher = hashFunction.create()
        for (const part of parts) hasher.update(part)
        assert.deepEqual(hasher.clone().finish(), digest)
        assert.deepEqual(hasher.finish(), digest)
      }),
    )
  })

  it('keeps hashers apart that take turns', () => {
    const size = hashFunction.blockBytes + 5
    const messages = [1, 2].map((byte) => new Uint8Array(3 * size).fill(byte))
    const hashers = messages.map(() => hashFunction.create())
    for (let at = 0; at < 3 * size; at += size) {
      hashers.forEach((hasher, i) => {
        hasher.update(messages[i]!.subarray(at, at + size))
      })
    }
    hashers.forEach((hasher, i) => {
      assert.deepEqual(hasher.finish(), expected(messages[i]!))
    })
  })

  it('stops the program that goes on with a finished hasher', () => {
    const hasher = hashFunction.create()
    assert.equal(hasher.finish().length, hashFunction.digestBytes)
    assert.throws(() => hasher.update(new Uint8Array(1)), { name: 'BugError' })
    assert.throws(() => hasher.finish(), { name: 'BugError' })
    assert.throws(() => hasher.clone(), { name: 'BugError' })
  })
}

/** Declares the test of a hash function against the readable form of its standard. */
export function checkAgainstReference(
  hashFunction: HashFunction,
  reference: (message: Uint8Array) => Uint8Array,
): void {
  it('agrees with the readable reference on any message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (message) => {
        assert.deepEqual(hashFunction.hash(message), Uint8Array.from(reference(message)))
      }),
      { numRuns: 60 },
    )
  })

  it('agrees with the readable reference where the padding needs another block', () => {
    const { blockBytes } = hashFunction
    for (let size = blockBytes - 20; size <= blockBytes + 1; size++) {
      const message = patterned(size, 11)
      assert.deepEqual(hashFunction.hash(message), Uint8Array.from(reference(message)), `${size}`)
    }
  })
}

function patterned(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * seed) >> 3
  return bytes
}
