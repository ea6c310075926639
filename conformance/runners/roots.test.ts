import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import '../src/coverage.ts'
import { memoryTrees } from '../src/memoryTree.ts'
import { blockRoots, type ComparedRoot, roundRoots } from '../src/recordedRoots.ts'
import type { RecordedBlock, RecordedRound } from '../src/records.ts'
import { hasVector, listChains, readNdjson } from '../src/vectors.ts'

function checkRoots(roots: Iterable<ComparedRoot>): void {
  let count = 0
  for (const { what, recorded, ours } of roots) {
    assert.equal(ours, recorded.toLowerCase(), what)
    count++
  }
  assert.notEqual(count, 0)
}

describe('roots of recorded chains', () => {
  for (const chain of listChains()) {
    it(`${chain}: the state after every block`, () => {
      const blocks = readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)
      checkRoots(blockRoots(blocks, memoryTrees()))
    })
    const rounds = `chains/${chain}/rounds.ndjson.gz`
    if (!hasVector(rounds)) continue
    it(`${chain}: the state and I/O trees of every round`, () => {
      checkRoots(roundRoots(readNdjson<RecordedRound>(rounds), memoryTrees()))
    })
  }
})
