import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { findTests, selectTests } from './findTests.ts'
import { divide, share, shuffle } from './share.ts'
import { usualTimes } from './usualTimes.ts'

const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 })

describe('share', () => {
  it('gives every file to exactly one process', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 5 }), (files, count) => {
        const shares = share(files, count, (file) => file.length)
        assert.deepEqual(shares.flat().toSorted(), files.toSorted())
        assert.ok(shares.length <= count)
      }),
    )
  })

  it('puts the heavy files on different processes', () => {
    const weights: Record<string, number> = { a: 10, b: 9, c: 1, d: 2 }
    assert.deepEqual(
      share(['a', 'b', 'c', 'd'], 2, (file) => weights[file] ?? 0),
      [
        ['a', 'c'],
        ['b', 'd'],
      ],
    )
  })
})

describe('divide', () => {
  const slow = ['a/slow-network.test.ts', 'slow-epoch.test.ts']
  const quick = Array.from({ length: 20 }, (_, i) => `quick${i}.test.ts`)
  const weigh = (file: string) => (file === slow[1] ? 30 : file === slow[0] ? 0 : 1)
  const dividing = { processes: 2, seed: undefined, weigh }

  it('gives a slow file a process of its own, and the quick ones a few together', () => {
    const { parts } = divide([...quick, ...slow], dividing)
    assert.equal(parts.length, 8 + slow.length)
    for (const file of slow) assert.ok(parts.some((part) => part.join() === file))
    assert.deepEqual(parts.flat().toSorted(), [...quick, ...slow].toSorted())
  })

  it('begins with what takes longest', () => {
    const { parts } = divide([...quick, ...slow], dividing)
    assert.deepEqual(parts[0], [slow[1]])
    assert.deepEqual(parts.at(-1), [slow[0]])
  })

  it('runs more at a time where some of it waits', () => {
    assert.equal(divide(quick, dividing).lanes, 2)
    assert.equal(divide([...quick, ...slow], dividing).lanes, 4)
  })

  it('has everything in one process where there is but one', () => {
    const { parts, lanes } = divide([...quick, ...slow], { ...dividing, processes: 1 })
    assert.deepEqual([parts.length, lanes], [1, 1])
    assert.equal(parts[0]?.length, 22)
  })

  it('shuffles with a seed, which files are together and in which order', () => {
    const order = (seed: number) => divide([...quick, ...slow], { ...dividing, seed }).parts
    assert.deepEqual(order(1), order(1))
    assert.notDeepEqual(order(1), order(2))
    assert.deepEqual(order(1).flat().toSorted(), [...quick, ...slow].toSorted())
  })
})

describe('shuffle', () => {
  it('permutes, and the seed alone decides how', () => {
    fc.assert(
      fc.property(names, fc.nat(), (files, seed) => {
        assert.deepEqual(shuffle(files, seed), shuffle(files, seed))
        assert.deepEqual(shuffle(files, seed).toSorted(), files.toSorted())
      }),
    )
    const files = ['a', 'b', 'c', 'd', 'e', 'f']
    assert.notDeepEqual(shuffle(files, 1), shuffle(files, 2))
  })
})

describe('usual times', () => {
  it('are of slow tests that there are', () => {
    const files = new Set(findTests({ filters: ['slow-'], slow: true }))
    const gone = Object.keys(usualTimes).filter((file) => !files.has(file))
    assert.deepEqual(gone, [])
  })
})

describe('selectTests', () => {
  const paths = [
    'conformance/runners/chains.test.ts',
    'packages/common/cbor/src/slow-fuzz.test.ts',
    'packages/common/cbor/src/struct.test.ts',
    'packages/common/cbor/src/struct.ts',
    'packages/common/kv/src/memory.test.ts',
    'packages/common/kv/src/long-soak.test.ts',
  ]
  const folders = new Map([['@wadi/cbor', 'packages/common/cbor/']])
  const select = (filters: string[], slow = false) => selectTests(paths, folders, { filters, slow })

  it('takes every test but slow ones and the runners', () => {
    assert.deepEqual(select([]), [paths[2], paths[4]])
    assert.deepEqual(select([], true), [paths[1], paths[2], paths[4]])
  })

  it('takes what takes minutes only by its name', () => {
    assert.deepEqual(select(['kv'], true), [paths[4]])
    assert.deepEqual(select(['long-soak'], true), [paths[5]])
    assert.deepEqual(select(['long-soak']), [])
  })

  it('takes a package by its name and files by a part of their path', () => {
    assert.deepEqual(select(['@wadi/cbor']), [paths[2]])
    assert.deepEqual(select(['cbor']), [paths[2]])
    assert.deepEqual(select(['./packages/common/kv']), [paths[4]])
    assert.deepEqual(select(['conformance/runners/']), [paths[0]])
  })
})
