/**
 * A process of its own: a round is a block of transfers. It is told how many there will be. The
 * blocks come from yet another process, so that nothing of theirs is remembered here.
 */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { deserialize } from 'node:v8'
import { assert } from '@wadi/base/errors'
import { answerRounds, cpuSecondsOf } from './rounds.ts'
import { createRunner, type ReadyBlock, TRANSFERS_PER_BLOCK } from './transferChain.ts'

const PROPOSER = fileURLToPath(new URL('./proposeTransfers.ts', import.meta.url))
const BYTES_MAX = 2 ** 28
const WARM_UP_BLOCKS = 1

function propose(count: number): readonly ReadyBlock[] {
  const args = [PROPOSER, String(count)]
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const options = { maxBuffer: BYTES_MAX, stdio: [...stdio] }
  const { status, stdout } = spawnSync(process.execPath, args, options)
  assert(status === 0, 'the process that proposes ends well')
  return deserialize(stdout) as readonly ReadyBlock[]
}

const rounds = Number(process.argv[2])
const blocks = propose(WARM_UP_BLOCKS + rounds).values()
const run = createRunner()

function runNext(): void {
  const { value } = blocks.next()
  assert(value !== undefined, 'no more rounds are asked for than were announced')
  run(value)
}

for (let i = 0; i < WARM_UP_BLOCKS; i++) runNext()
await answerRounds(() => ({ operations: TRANSFERS_PER_BLOCK, cpuSeconds: cpuSecondsOf(runNext) }))
