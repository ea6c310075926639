import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog, SILENT } from '@wadi/base/log'
import { readWhole } from '@wadi/node-storage/file-system'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { bytesOfParts } from '@wadi/tendermint/blocks/parts'
import fc from 'fast-check'
import type { BlockStore, DecidedBlock } from './contract.ts'
import { DiskBlockStore } from './diskBlockStore.ts'
import { DAMAGED_BLOCKS_MAX } from './limits.ts'
import { tryFlips } from './testing/flippedStore.ts'
import { SampleChain } from './testing/sampleChain.ts'

const chain = new SampleChain(5n)
/** Blocks 5 to 44; every third has more than one part. */
const DECIDED: readonly DecidedBlock[] = Array.from({ length: 40 }, (_, i) =>
  chain.next({ transactions: [new Uint8Array(i % 3 === 0 ? 150_000 : 300).fill(i)] }),
)
const FIRST = 5n

function at(height: bigint): DecidedBlock {
  return DECIDED[Number(height - FIRST)]!
}

function open(files: MemoryFiles, log = new MemoryLog(), segmentSize = 300_000): DiskBlockStore {
  const logger = createLogger('stores', log.sink)
  return new DiskBlockStore({ files, path: 'blocks', chain: 'c', log: logger, segmentSize })
}

function fill(store: DiskBlockStore, count: number): DiskBlockStore {
  for (const decided of DECIDED.slice(0, count)) store.save(decided)
  return store
}

function checkWhole(store: BlockStore, base: bigint, height: bigint): void {
  assert.equal(store.base, base)
  assert.equal(store.height, height)
  for (let h = base; h <= height && h > 0n; h++) checkBlock(store, h)
  assert.equal(store.loadBlock(base - 1n), undefined)
  assert.equal(store.loadBlock(height + 1n), undefined)
  assert.deepEqual(store.damaged, [])
}

function checkBlock(store: BlockStore, height: bigint): void {
  const { block, parts, seenCommit } = at(height)
  assert.deepEqual(store.loadBlock(height), block)
  assert.deepEqual(store.loadBlockBytes(height), bytesOfParts(parts))
  assert.deepEqual(store.loadPart(height, parts.length - 1), parts.at(-1))
  assert.equal(store.loadPart(height, parts.length), undefined)
  assert.deepEqual(store.loadSeenCommit(height), seenCommit)
  assert.deepEqual(store.loadMeta(height)?.header, block.header)
  if (height > store.base) assert.deepEqual(store.loadCommit(height - 1n), block.lastCommit)
}

describe('a block store', () => {
  it('gives back blocks, parts, commits and what is known of a block, also when opened again', () => {
    const files = new MemoryFiles()
    const store = fill(open(files), 9)
    checkWhole(store, 5n, 13n)
    store.close()
    const again = open(files)
    checkWhole(again, 5n, 13n)
    assert.equal(again.loadCommit(13n), undefined)
    const meta = again.loadMeta(8n)
    assert.deepEqual(meta?.blockId, at(8n).seenCommit.blockId)
    assert.equal(meta?.txCount, 1n)
    const size = at(8n).parts.reduce((sum, { bytes }) => sum + bytes.length, 0)
    assert.equal(meta?.blockSize, BigInt(size))
    assert.deepEqual(again.loadMetaByHash(meta.blockId.hash), meta)
    assert.equal(again.loadMetaByHash(new Uint8Array(32)), undefined)
    assert.equal(again.loadMetaByHash(new Uint8Array(0)), undefined)
  })

  it('takes blocks in their order only', () => {
    const store = fill(open(new MemoryFiles()), 3)
    assert.throws(() => store.save(at(7n)), { name: 'BugError' })
    assert.throws(() => store.save(at(6n)), { name: 'BugError' })
    assert.throws(() => store.repair(at(6n)), { name: 'BugError' })
    store.save(at(8n))
  })

  it('holds a seen commit whose block it has not', () => {
    const files = new MemoryFiles()
    const store = open(files)
    store.saveSeenCommit(at(9n).seenCommit)
    assert.equal(store.height, 0n)
    store.close()
    const again = open(files)
    assert.deepEqual(again.loadSeenCommit(9n), at(9n).seenCommit)
    assert.equal(again.loadSeenCommit(8n), undefined)
    again.save(at(10n))
    assert.equal(again.base, 10n)
    assert.deepEqual(again.loadCommit(9n), at(9n).seenCommit)
  })

  it('forgets blocks and gives their files back', () => {
    const files = new MemoryFiles()
    const store = fill(open(files), 40)
    const sizeOf = (): number =>
      files.list('blocks').reduce((sum, name) => sum + readWhole(files, `blocks/${name}`).length, 0)
    const before = sizeOf()
    assert.equal(store.prune(5n), 0)
    assert.equal(store.prune(40n), 35)
    assert.ok(sizeOf() < before / 4, `${sizeOf()} of ${before} bytes are left`)
    checkWhole(store, 40n, 44n)
    assert.throws(() => store.prune(45n), { reason: 'stores.pruneBeyondHeight' })
    assert.equal(store.prune(44n), 4)
    assert.equal(store.prune(3n), 0)
    store.close()
    checkWhole(open(files), 44n, 44n)
  })

  it('is refused for another chain, and while another process holds it', () => {
    const files = new MemoryFiles()
    const store = open(files)
    assert.throws(() => open(files), { reason: 'storage.held' })
    store.close()
    const log = createLogger('stores', SILENT)
    assert.throws(() => new DiskBlockStore({ files, path: 'blocks', chain: 'other', log }), {
      reason: 'storage.otherChain',
    })
  })
})

describe('a block store after a crash', () => {
  it('has every block whose saving returned, and not half of another', () => {
    const lives = fc.array(
      fc.record({
        steps: fc.array(fc.constantFrom('save', 'save', 'prune'), { maxLength: 8 }),
        failAfter: fc.nat(40),
        seed: fc.nat(),
      }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(lives, (planned) => {
        const files = new MemoryFiles()
        let [base, height, attempted] = [0n, 0n, 0n]
        const check = (store: DiskBlockStore): void => {
          assert.ok(store.height === height || store.height === attempted)
          // What was forgotten may be back if the crash came before it was noted on the disk.
          if (store.height > 0n) assert.ok(store.base <= base || base === 0n)
          checkWhole(store, store.base, store.height)
          height = store.height
          base = store.base
        }
        for (const { steps, failAfter, seed } of planned) {
          const store = open(files)
          check(store)
          files.failAfter(failAfter)
          try {
            for (const step of steps) {
              attempted = height === 0n ? FIRST : height + 1n
              if (step === 'save') {
                store.save(at(attempted))
                height = attempted
                if (base === 0n) base = height
              } else if (height > 0n) {
                base = height
                store.prune(height)
              }
            }
          } catch (error) {
            assert.ok(error instanceof UnavailableError)
          }
          let state = seed
          files.cutPower((bound) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0
            return (state >>> 8) % bound
          })
        }
        check(open(files))
      }),
      { numRuns: 60 },
    )
  })

  it('says that the disk is full, and goes on when there is room', () => {
    const files = new MemoryFiles()
    const store = fill(open(files), 2)
    files.limitRoom(1000)
    assert.throws(() => store.save(at(7n)), { reason: 'storage.full' })
    assert.throws(() => store.save(at(7n)), { reason: 'storage.refused' })
    checkWhole(store, 5n, 6n)
    store.close()
    files.limitRoom(10_000_000)
    const again = open(files)
    checkWhole(again, 5n, 6n)
    again.save(at(7n))
    checkWhole(again, 5n, 7n)
  })
})

describe('a block store with any byte flipped', () => {
  it('names so many damaged blocks and not one more', () => {
    const files = new MemoryFiles()
    const store = open(files, new MemoryLog(), 300_000)
    const { block, parts, seenCommit } = at(6n)
    const count = DAMAGED_BLOCKS_MAX + 300
    for (let height = 1n; height <= count; height++)
      store.save({ block: { ...block, header: { ...block.header, height } }, parts, seenCommit })
    store.close()
    const names = files.list('blocks').filter((name) => name.endsWith('.records'))
    for (const name of names.toSorted().slice(0, -1)) {
      const file = files.openWrite(`blocks/${name}`)
      file.write([new Uint8Array(file.size())], 0)
    }
    const again = open(files, new MemoryLog(), 300_000)
    for (let height = 1n; height <= count; height++) again.loadMeta(height)
    assert.equal(again.damaged.length, DAMAGED_BLOCKS_MAX)
    assert.equal(again.damaged[0], 1n)
  })

  it('names the highest ones of a long gap, then the others', () => {
    const store = open(new MemoryFiles())
    const { block, parts, seenCommit } = at(6n)
    const withHeight = (height: bigint) => {
      return { block: { ...block, header: { ...block.header, height } }, parts, seenCommit }
    }
    store.save(withHeight(1n))
    store.save(withHeight(BigInt(DAMAGED_BLOCKS_MAX + 5)))
    const { damaged } = store
    assert.equal(damaged.length, DAMAGED_BLOCKS_MAX)
    assert.equal(damaged.at(-1), BigInt(DAMAGED_BLOCKS_MAX + 4))
    for (const height of damaged.toReversed()) store.repair(withHeight(height))
    assert.deepEqual(store.damaged, [2n, 3n, 4n])
  })

  it('goes on above a gap, which is damaged', () => {
    const files = new MemoryFiles()
    const store = open(files, new MemoryLog())
    store.save(at(5n))
    store.save(at(8n))
    assert.equal(store.height, 8n)
    assert.deepEqual(store.damaged, [6n, 7n])
    store.repair(at(7n))
    store.close()
    const again = open(files, new MemoryLog())
    assert.deepEqual(again.damaged, [6n])
    again.repair(at(6n))
    assert.deepEqual(again.loadBlock(6n), at(6n).block)
    assert.deepEqual(again.damaged, [])
  })

  it('misses that block, names it, and takes it again from a peer', () => {
    const { repaired } = tryFlips(new SampleChain(1n), { blocks: 6, stride: 41 })
    assert.ok(repaired > 30)
  })
})
