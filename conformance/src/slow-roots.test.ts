import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { toHex } from '@wadi/base/bytes'
import { EMPTY_HASH } from '@wadi/mkvs/roots'

const PROGRAM = join(import.meta.dirname, 'roots.ts')
const folder = mkdtempSync(join(tmpdir(), 'wadi-roots-'))
after(() => rmSync(folder, { recursive: true }))

const block = (change: object) =>
  JSON.stringify({ height: 1, state_root: toHex(EMPTY_HASH), ...change })

function run(blocks: Uint8Array, argument = folder) {
  writeFileSync(join(folder, 'blocks.ndjson.gz'), blocks)
  const env = { ...process.env, INIT_CWD: tmpdir() }
  return spawnSync(process.execPath, [PROGRAM, argument], { encoding: 'utf8', env })
}

describe('npm run roots', () => {
  it('counts the roots that are identical, in a folder named from where npm was called', () => {
    const { status, stdout } = run(gzipSync(block({})), folder.slice(tmpdir().length + 1))
    assert.deepEqual([status, stdout], [0, '1 roots, 1 identical\n'])
  })

  it('fails for a root that differs, and shows both', () => {
    const { status, stdout } = run(gzipSync(block({ state_diff: [['AA==', 'AA==']] })))
    assert.equal(status, 1)
    assert.match(
      stdout,
      /^state at height 1 differs\n {2}recorded .*\n {2}ours .*\n1 roots, 0 iden/,
    )
  })

  it('fails for a recording that is cut short, in one sentence', () => {
    const whole = gzipSync(block({}))
    const { status, stdout, stderr } = run(whole.subarray(0, whole.length / 2))
    assert.deepEqual([status, stdout], [1, '0 roots, 0 identical\n'])
    assert.match(stderr, /^roots: .*blocks\.ndjson\.gz cannot be read: .*\n$/)
  })

  it('fails where there is nothing to compare', () => {
    const { status, stdout } = run(gzipSync(''))
    assert.deepEqual([status, stdout], [1, '0 roots, 0 identical\n'])
  })

  it('explains its use to whoever names no chain', () => {
    const { status, stderr } = run(gzipSync(''), '/nowhere')
    assert.equal(status, 2)
    assert.match(stderr, /usage/)
  })
})
