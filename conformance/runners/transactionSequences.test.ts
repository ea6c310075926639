import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { listChains } from '../src/vectors.ts'
import { runWorkload } from '../src/workload/runWorkload.ts'

const BLOCKS_MAX = 40
const SEEDS = [1n, 2n]

/** Runs a workload; how many transactions succeeded and how many failed. */
function check(
  name: string,
  seed: bigint,
): { readonly succeeded: number; readonly failed: number } {
  const { document, blocks } = readChain(name)
  const source = { document, blocks: [...blocks].slice(0, BLOCKS_MAX), seed }
  let succeeded = 0
  let failed = 0
  for (const { height, findings, calls } of runWorkload(source)) {
    assert.deepEqual(findings, [], `block ${height}`)
    for (const { code } of calls)
      if (code === 0) succeeded++
      else failed++
  }
  return { succeeded, failed }
}

describe("no sequence of transactions changes the total supply except burn and mint rules; nobody's balance becomes negative", () => {
  for (const name of listChains())
    it(`${name}: with random transactions, after every block, and no invariant breaks`, () => {
      for (const seed of SEEDS) {
        const { succeeded, failed } = check(name, seed)
        assert.ok(succeeded > 0 && failed > 0, `${succeeded} succeeded, ${failed} failed`)
      }
    })
})
