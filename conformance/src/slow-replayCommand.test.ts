import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { toHex } from '@wadi/base/bytes'
import { parameters } from '@wadi/consensus/staking/keys'
import { readNdjsonFile } from './ndjson.ts'
import type { RecordedBlock } from './records.ts'
import { ReplayedState } from './replay/stateStore.ts'
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

  it('stops at the first difference, tells how to run that block alone, and counts', () => {
    falsify(({ tx_results: results }) => ({
      tx_results: results?.map((result) => ({ ...result, gas_used: 7 })),
    }))
    const { status, stdout } = run(folder)
    assert.equal(status, 1)
    assert.match(stdout, /^block 9 differs in \d places\n\n {2}height {7}9 \(/)
    assert.match(stdout, /\n {2}transaction {2}0: staking\.Burn\n/)
    assert.match(stdout, / {2}gasUsed\n {4}recorded {2}7\n {4}ours {6}10\n/)
    assert.match(stdout, /again: npm run -s replay -- .* --from 9 --to 9\n9 blocks, 8 identical\n$/)
    const again = run(folder, '--from', '9', '--to', '9')
    assert.deepEqual([again.status, firstReport(again.stdout)], [1, firstReport(stdout)])
  })

  it('can go on with the recorded state behind a block that differs', () => {
    falsify(() => ({ state_root: '00'.repeat(32) }))
    const { status, stdout } = run(folder, '--keep-going')
    assert.equal(status, 1)
    assert.match(stdout, /^block 9 differs in 1 place\n/)
    assert.match(stdout, /\n21 blocks, 20 identical\n$/)
  })

  it('tells of a rule that throws in which block that is, and what was thrown', () => {
    falsify(withoutParameters)
    const { status, stderr } = run(folder, '--from', String(BAD + 1))
    assert.equal(status, 4)
    assert.match(stderr, /^replay: block 10 stopped the rules\n\n {2}height {7}10 \(/)
    assert.match(stderr, /\n {2}transaction {2}none: the beginning of the block/)
    assert.match(stderr, /\n {2}service {6}staking\n {2}rule {9}.*\/staking\/\w+\.ts:\d+\n\n/)
    assert.match(stderr, /\n\nBugError: staking\.parameters: /)
  })

  it('fails for a recording that is damaged, in one sentence', () => {
    writeFileSync(join(folder, 'blocks.ndjson.gz'), gzipSync('{"height":1').subarray(0, 15))
    const { status, stdout, stderr } = run(folder)
    assert.deepEqual([status, stdout], [3, ''])
    assert.match(stderr, /^replay: .*blocks\.ndjson\.gz cannot be unzipped .*\n$/)
  })

  it('fails for a block to be taken from a recording that contradicts itself', () => {
    falsify(({ state_diff: diff }) => ({ state_diff: diff?.slice(1) }))
    const { status, stderr } = run(folder, '--from', String(BAD + 1))
    assert.equal(status, 3)
    assert.match(stderr, /^replay: block 9: its state_diff leads to the root .*\n$/)
  })

  it('explains its use to whoever names no chain, or asks for something else', () => {
    for (const args of [[], [chain, '--to', '22']]) {
      const { status, stdout, stderr } = run(...args)
      assert.deepEqual([status, stdout], [2, ''])
      assert.match(stderr, /^replay: .*\nusage: /)
    }
  })
})

function firstReport(stdout: string): string | undefined {
  return stdout.split('\nagain: ')[0]
}

/** As if a block had taken staking's parameters out of the state, and all else were right. */
function withoutParameters(block: RecordedBlock): object {
  const state = new ReplayedState('none')
  for (const earlier of readNdjsonFile<RecordedBlock>(join(chain, 'blocks.ndjson.gz'))) {
    if (Number(earlier.height) >= BAD) break
    state.adopt(earlier)
  }
  const key = Buffer.from(parameters.keys.encode()).toString('base64')
  const changed = [...block.state_diff!, [key, null]] as const
  const root = state.adopt({ ...block, state_diff: changed })
  return { state_diff: changed, state_root: toHex(root.hash) }
}
