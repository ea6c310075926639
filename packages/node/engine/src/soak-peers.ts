/**
 * Has peers say whatever they like to all nodes of a network for `WADI_SOAK_SECONDS`, a minute
 * unless told. Prints what was said, then the verdict; exits 1 when it did any harm.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { soakPeers } from './testing/peerSoak.ts'

const TURNS = 200
/** Seeds before memory is looked at first: code is compiled, buffers have grown. */
const WARM_UP = 3
/** What a network that has ended may leave behind, of all seeds together. */
const GROWTH_MB_MAX = 48

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function memoryMb(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

const end = Date.now() + 1000 * Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
const first = BigInt(process.env['WADI_SEED'] ?? Date.now())
let seed = first
let [messages, ended, blocks] = [0, 0, 0n]
let before = 0
let growth = 0
try {
  for (; Date.now() < end; seed++) {
    const counts = soakPeers(seed, TURNS)
    messages += counts.messages
    ended += counts.ended
    blocks += counts.blocks
    if (seed - first === BigInt(WARM_UP)) before = memoryMb()
  }
  growth = before === 0 ? 0 : memoryMb() - before
} catch (error) {
  console.log(`seed ${seed}:`, error)
  process.exitCode = 1
}
console.log(`${messages} messages, ${ended} peers dropped, ${blocks} blocks from seed ${first}`)
console.log(`${seed - first} networks, ${growth.toFixed(0)} MB more than after the first`)
if (growth > GROWTH_MB_MAX) process.exitCode = 1
