import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { readNdjsonFile } from './ndjson.ts'
import type { RecordedBlock } from './records.ts'
import { areVectorsPresent, vectorsFolder } from './vectors.ts'

const PROGRAM = join(import.meta.dirname, 'replay.ts')
const folder = mkdtempSync(join(tmpdir(), 'wadi-replay-'))
after(() => rmSync(folder, { recursive: true }))

const chain = join(vectorsFolder(), 'chains/gas-fees')
const skip = areVectorsPresent() ? false : 'vectors absent'
/** Where the recording is falsified. */
const BAD = 9

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8' })
}

/** Copies a chain and changes one of its blocks. */
function falsify(change: (block: RecordedBlock) => object): void {
  cpSync(join(chain, 'genesis.json'), join(folder, 'genesis.json'))
  const lines: string[] = []
  for (const block of readNdjsonFile<RecordedBlock>(join(chain, 'blocks.ndjson.gz'))) {
    const isBad = Number(block.height) === BAD
    lines.push(JSON.stringify(isBad ? { ...block, ...change(block) } : block))
  }
  writeFileSync(join(folder, 'blocks.ndjson.gz'), gzipSync(lines.join('\n')))
}

describe('npm run replay', { skip }, () => {
  it('runs a chain, or a part of it, and counts the blocks that are identical', () => {
    const whole = run(chain)
    assert.deepEqual([whole.status, whole.stdout], [0, '21 blocks, 21 identical\n'])
    const part = run(chain, '--from', '8', '--to', '10')
    assert.deepEqual([part.status, part.stdout], [0, '3 blocks, 3 identical\n'])
  })

  it('stops at the first difference and says height, transaction, and what it should have been', () => {
    falsify(({ tx_results: results }) => ({
      tx_results: results?.map((result) => ({ ...result, gas_used: 7 })),
    }))
    const { status, stdout } = run(folder)
    assert.equal(status, 1)
    assert.match(stdout, /^block 9 differs\n transaction 0\n {2}staking\.Burn, nonce 6, fee 10/)
    assert.match(stdout, / {2}\.gasUsed\n {4}recorded {2}7\n {4}ours {6}10\n/)
    assert.match(stdout, /9 blocks, 8 identical\n$/)
  })

  it('names the keys of the state that differ, decoded, and can go on with the recorded state', () => {
    falsify(({ state_diff: diff }) => ({
      state_diff: diff?.slice(0, -1),
      state_root: '00'.repeat(32),
    }))
    const { status, stdout } = run(folder, '--keep-going')
    assert.equal(status, 1)
    assert.match(stdout, /^block 9 differs\n state\n {2}root\n {4}recorded {2}00/)
    assert.match(stdout, / {2}staking\.epochSigning\.total\n {4}recorded {2}8\n {4}ours {6}9\n/)
    assert.match(stdout, /21 blocks, \d+ identical\n$/)
  })

  it('fails for a recording that is cut short, in one sentence', () => {
    writeFileSync(join(folder, 'blocks.ndjson.gz'), gzipSync('{"height":1').subarray(0, 15))
    const { status, stderr } = run(folder)
    assert.equal(status, 1)
    assert.match(stderr, /^replay: .*cannot be read: .*\n$/)
  })

  it('explains its use to whoever names no chain, or asks for something else', () => {
    for (const args of [[], ['/nowhere'], [chain, '--from', 'x'], [chain, '--backwards']]) {
      const { status, stderr } = run(...args)
      assert.equal(status, 2)
      assert.match(stderr, /^replay: .*\nusage: /)
    }
  })
})
