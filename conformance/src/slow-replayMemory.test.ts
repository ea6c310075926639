import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ReplayMemory } from './replay/replayMemory.ts'
import { hasVector, vectorsFolder } from './vectors.ts'

const PROGRAM = fileURLToPath(new URL('./replay/replayMemory.ts', import.meta.url))
const CHAIN = 'chains/random-workload'
const REPLAYS = 5
/** By then the compiler has seen everything, and the process has what memory it works with. */
const SETTLED = 2
/** What the collector leaves differs by a fiftieth, what the system counts by a twentieth. */
const LIVING_NOISE = 1.05
const RESIDENT_NOISE = 1.15

function replayOften(): readonly ReplayMemory[] {
  const folder = join(vectorsFolder(), CHAIN)
  const args = ['--expose-gc', PROGRAM, folder, String(REPLAYS)]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, REPLAYS)
  return lines.map((line) => JSON.parse(line) as ReplayMemory)
}

describe('the memory of a replay', () => {
  const skip = hasVector(`${CHAIN}/blocks.ndjson.gz`) ? false : 'there are no recordings'

  it('stays flat along a chain, and from one replay to the next', { skip }, () => {
    const runs = replayOften()
    const [settled, last] = [runs[SETTLED], runs.at(-1)]
    assert.ok(settled !== undefined && last !== undefined)
    const told = JSON.stringify(runs)
    assert.ok(last.late <= last.early * LIVING_NOISE, told)
    assert.ok(last.late <= settled.late * LIVING_NOISE, told)
    assert.ok(last.resident <= settled.resident * RESIDENT_NOISE, told)
  })
})
