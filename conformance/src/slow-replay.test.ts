import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { RecordedBlock } from './records.ts'
import { areVectorsPresent, readNdjson, readVector } from './vectors.ts'

const PROGRAM = join(import.meta.dirname, 'replay.ts')
const CHAIN = 'chains/debond'
const folder = mkdtempSync(join(tmpdir(), 'wadi-replay-'))
after(() => rmSync(folder, { recursive: true }))

/** Runs the program on a chain with these blocks. */
function run(blocks: readonly RecordedBlock[], ...options: readonly string[]) {
  const lines = blocks.map((block) => JSON.stringify(block)).join('\n')
  writeFileSync(join(folder, 'genesis.json'), readVector(`${CHAIN}/genesis.json`))
  writeFileSync(join(folder, 'blocks.ndjson.gz'), gzipSync(lines))
  return spawnSync(process.execPath, [PROGRAM, folder, ...options], { encoding: 'utf8' })
}

function readBlocks(): readonly RecordedBlock[] {
  return [...readNdjson<RecordedBlock>(`${CHAIN}/blocks.ndjson.gz`)]
}

const skip = !areVectorsPresent()

describe('npm run replay', { skip }, () => {
  it('counts the blocks that are identical, all of them or some', () => {
    const whole = run(readBlocks())
    assert.deepEqual([whole.status, whole.stdout], [0, '5 blocks, 5 identical\n'])
    const some = run(readBlocks(), '--from', '2', '--to', '4')
    assert.deepEqual([some.status, some.stdout], [0, '3 blocks, 3 identical\n'])
  })

  it('stops at the first block that differs and names what does, or goes on if asked to', () => {
    const blocks = readBlocks()
    const [{ tx_results: results = [] } = assert.fail()] = blocks
    const changed = [...(results ?? [])].map((result, i) =>
      i === 0 ? { ...result, code: 7 } : result,
    )
    const damaged = blocks.with(0, { ...blocks[0]!, tx_results: changed })
    const first = run(damaged)
    assert.equal(first.status, 1)
    assert.match(first.stdout, /^block 1 differs\n transaction 0\n[\s\S]*code\n {4}recorded {2}7\n/)
    assert.match(first.stdout, /\n1 blocks, 0 identical\n$/)
    assert.match(run(damaged, '--keep-going').stdout, /\n5 blocks, 4 identical\n$/)
  })

  it('fails where there is nothing to replay', () => {
    const { status, stdout } = run([])
    assert.deepEqual([status, stdout], [1, '0 blocks, 0 identical\n'])
  })

  it('explains its use to whoever names no chain', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, '/nowhere'], {
      encoding: 'utf8',
    })
    assert.equal(status, 2)
    assert.match(stderr, /usage/)
  })
})
