/** A process of its own: a round replays the chain that was recorded in the folder it is told. */

import { assert } from '@wadi/base/errors'
import { replayChain } from '@wadi/conformance/replay'
import { services } from '@wadi/consensus-services/services'
import type { Round } from './partner.ts'
import { answerRounds } from './rounds.ts'

const MICROSECONDS = 1_000_000
const [folder = ''] = process.argv.slice(2)

function replay(): Round {
  let operations = 0
  let microseconds = 0
  const steps = replayChain(folder, { services, compare: 'batches' })
  for (const { height, block, differences, cpu } of steps) {
    assert(differences.length === 0, `block ${height} is identical`)
    operations += block.transactions.length
    microseconds += cpu
  }
  return { operations, cpuSeconds: microseconds / MICROSECONDS }
}

await answerRounds(replay)
