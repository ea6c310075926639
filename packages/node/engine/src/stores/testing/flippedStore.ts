/** A block store with one byte flipped: what it may still say, and what it must not. */

import assert from 'node:assert/strict'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { readWhole } from '@wadi/node-storage/file-system'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { DecidedBlock } from '../contract.ts'
import { DiskBlockStore } from '../diskBlockStore.ts'
import type { SampleChain } from './sampleChain.ts'

const PATH = 'blocks'
/** About two blocks. */
const SEGMENT_SIZE = 3000

/** How large the store is, and which of its bytes are flipped. */
export interface FlipOptions {
  readonly blocks: number
  /** Every so manieth byte of each file; the first is always one of them. */
  readonly stride: number
}

/** What came of it. */
export interface Flips {
  /** Bytes of all files. */
  readonly bytes: number
  readonly flipped: number
  /** Stores that were not opened, in words. */
  readonly refused: number
  /** Blocks that were missed and taken again. */
  readonly repaired: number
}

function open(files: MemoryFiles): DiskBlockStore {
  const log = createLogger('stores', new MemoryLog().sink)
  return new DiskBlockStore({ files, path: PATH, chain: 'c', log, segmentSize: SEGMENT_SIZE })
}

/** The files of a store, with one bit of a byte of one of them flipped. */
function flipped(files: MemoryFiles, name: string, position: number): MemoryFiles {
  const copy = new MemoryFiles()
  for (const other of files.list(PATH)) {
    const content = readWhole(files, `${PATH}/${other}`)
    if (other === name) content[position] = content[position]! ^ (1 << (position % 8))
    copy.openWrite(`${PATH}/${other}`).write([content], 0)
  }
  return copy
}

function openedOrRefused(files: MemoryFiles): DiskBlockStore | undefined {
  try {
    return open(files)
  } catch (error) {
    // The file that says what the folder is has no second copy: the operator has to know.
    if (!(error instanceof UnavailableError)) throw error
    assert.match(error.message, /; .+/, 'it says what to do next')
    return undefined
  }
}

/** What is said of a block is right, or the block is named as damaged. */
function checkSaid(store: DiskBlockStore, { block, seenCommit }: DecidedBlock): void {
  const { height } = block.header
  const found = [store.loadBlock(height), store.loadSeenCommit(height)]
  const commit = store.loadCommit(height - 1n)
  const isWhole = found.every((part) => part !== undefined)
  if (isWhole && !store.damaged.includes(height)) {
    assert.deepEqual(found, [block, seenCommit])
    if (height > 1n) assert.deepEqual(commit, block.lastCommit)
  } else assert.ok(store.damaged.includes(height))
}

/** Opens a damaged store, repairs it, opens it again; gives how many blocks were damaged. */
function checkFlipped(copy: MemoryFiles, decided: readonly DecidedBlock[]): number | undefined {
  const store = openedOrRefused(copy)
  if (store === undefined) return undefined
  // Behind the last block nothing says that it was durable: it may be taken for torn.
  const count = Number(store.height)
  assert.ok(count === decided.length || count === decided.length - 1)
  const there = decided.slice(0, count)
  for (const one of there) checkSaid(store, one)
  const { damaged } = store
  for (const height of damaged) store.repair(decided[Number(height) - 1]!)
  const checkWhole = (repaired: DiskBlockStore): void => {
    assert.deepEqual(repaired.damaged, [])
    for (const { block } of there) assert.deepEqual(repaired.loadBlock(block.header.height), block)
  }
  checkWhole(store)
  store.close()
  checkWhole(open(copy))
  return damaged.length
}

/** Flips bytes of all files of a small store, one at a time. */
export function tryFlips(chain: SampleChain, { blocks, stride }: FlipOptions): Flips {
  const files = new MemoryFiles()
  const decided = Array.from({ length: blocks }, () => chain.next())
  const store = open(files)
  for (const block of decided) store.save(block)
  store.close()
  let [bytes, count, refused, repaired] = [0, 0, 0, 0]
  const names = files.list(PATH)
  assert.ok(names.filter((name) => name.endsWith('.records')).length > 1)
  for (const name of names) {
    const { length } = readWhole(files, `${PATH}/${name}`)
    bytes += length
    for (let position = 0; position < length; position += stride) {
      const damaged = checkFlipped(flipped(files, name, position), decided)
      count++
      if (damaged === undefined) refused++
      else repaired += damaged
    }
  }
  return { bytes, flipped: count, refused, repaired }
}
