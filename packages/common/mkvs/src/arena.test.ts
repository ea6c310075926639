import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Arena } from './arena.ts'
import {
  ADDRESS_MAX,
  ARENA_BYTES_MIN,
  COMMIT_ADDRESS_MAX,
  MEMORY_BYTES_MAX,
  VALUE_BYTES_MAX,
} from './limits.ts'
import { NO_NODES } from './nodeReader.ts'
import { ROOT_TYPE_STATE } from './roots.ts'
import { createTree, openTree, type Tree } from './tree.ts'

const options = { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE } as const

describe('an arena', () => {
  it('hands out blocks that do not overlap and takes them back', () => {
    const arena = new Arena()
    const { kernel } = arena
    const size = fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 700, max: 20_000 }))
    fc.assert(
      fc.property(fc.array(size, { maxLength: 40 }), fc.array(fc.nat(39)), (sizes, freed) => {
        const blocks = new Map<number, number>()
        for (const bytes of sizes) {
          const block = kernel.allocate(bytes) >>> 0
          for (const [other, otherBytes] of blocks)
            assert.ok(block + bytes <= other || other + otherBytes <= block)
          // Everything behind the header is the owner's.
          if (bytes > 4) arena.heap.fill(0xff, block + 4, block + bytes)
          blocks.set(block, bytes)
          const victim = [...blocks.keys()][freed[blocks.size] ?? -1]
          if (victim === undefined) continue
          kernel.release(victim)
          blocks.delete(victim)
        }
        for (const block of blocks.keys()) kernel.release(block)
        assert.equal(arena.bytesInUse, 0)
      }),
      { numRuns: 100 },
    )
  })

  it('is not smaller than what one call may need', () => {
    assert.equal(new Arena({ bytesMax: ARENA_BYTES_MIN }).bytesInUse, 0)
    const memoryBytesMax = ARENA_BYTES_MIN - 1
    assert.throws(() => new Arena({ bytesMax: ARENA_BYTES_MIN - 1 }), { name: 'BugError' })
    assert.throws(() => new Arena({ memoryBytesMax }), { name: 'BugError' })
  })

  it('has a memory of just under 4 GiB at most', () => {
    assert.equal(new Arena({ memoryBytesMax: MEMORY_BYTES_MAX }).bytesInUse, 0)
    assert.throws(() => new Arena({ memoryBytesMax: MEMORY_BYTES_MAX + 1 }), { name: 'BugError' })
  })

  it('takes values of 64 MiB and refuses one byte more', () => {
    const tree = createTree(new Arena(), options)
    const key = Uint8Array.of(1)
    const value = new Uint8Array(VALUE_BYTES_MAX)
    value[VALUE_BYTES_MAX - 1] = 7
    tree.insert(key, value)
    assert.equal(tree.get(key)?.at(-1), 7)
    assert.throws(() => tree.insert(key, new Uint8Array(VALUE_BYTES_MAX + 1)), {
      reason: 'mkvs.valueTooLong',
    })
    assert.equal(tree.get(key)?.length, VALUE_BYTES_MAX)
  })

  it('lets trees begin at ADDRESS_MAX and commits at COMMIT_ADDRESS_MAX, and no further', () => {
    const arena = new Arena()
    const hash = new Uint8Array(32)
    const root = { ...options, version: 0n, hash }
    const open = (rootAddress: number): Tree =>
      openTree(arena, { root, rootAddress, reader: NO_NODES })
    open(ADDRESS_MAX).dispose()
    for (const address of [-1, ADDRESS_MAX + 1])
      assert.throws(() => open(address), { name: 'BugError' })
    const tree = createTree(arena, options)
    tree.insert(hash, hash)
    for (const baseAddress of [0, COMMIT_ADDRESS_MAX + 1])
      assert.throws(() => tree.commit({ version: 1n, baseAddress }), { name: 'BugError' })
    const commit = tree.commit({ version: 1n, baseAddress: COMMIT_ADDRESS_MAX })
    assert.equal(commit.rootAddress, COMMIT_ADDRESS_MAX)
    tree.dispose()
  })

  it('keeps the trees apart that share it', () => {
    const arena = new Arena()
    const [a, b] = [createTree(arena, options), createTree(arena, options)]
    const cursor = a.cursor()
    for (let i = 0; i < 50; i++) {
      a.insert(Uint8Array.of(i), Uint8Array.of(1))
      b.insert(Uint8Array.of(i), Uint8Array.of(2))
    }
    cursor.seek(Uint8Array.of(10))
    b.dispose()
    for (let i = 10; i < 50; i++, cursor.next()) {
      assert.deepEqual([cursor.key, cursor.value], [Uint8Array.of(i), Uint8Array.of(1)])
    }
    a.dispose()
    assert.equal(arena.bytesInUse, 0)
  })
})
