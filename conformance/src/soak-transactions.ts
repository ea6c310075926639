/**
 * Runs workloads over all recorded chains for `WADI_SOAK_SECONDS`, a minute unless told, from fresh
 * seeds. Prints how many transactions of each method succeeded and failed, then the verdict; exits
 * 1 at the first thing that does not hold.
 */

import { readChain } from './recordedChain.ts'
import { listChains } from './vectors.ts'
import { runWorkload } from './workload/runWorkload.ts'

const MS_PER_SECOND = 1000
const METHOD_WIDTH = 34

interface Counts {
  succeeded: number
  failed: number
}

const chains = listChains().map((name) => {
  const { document, blocks } = readChain(name)
  return { name, document, blocks: [...blocks] }
})
const counts = new Map<string, Counts>()
const stops = new Map<string, number>()
let blockCount = 0

function count(method: string, code: number): void {
  const known = counts.get(method) ?? { succeeded: 0, failed: 0 }
  counts.set(method, known)
  if (code === 0) known.succeeded++
  else known.failed++
}

/** Runs a workload; what does not hold, if there is anything. */
function runOne({ name, document, blocks }: (typeof chains)[number], seed: bigint) {
  for (const { height, calls, findings, stop } of runWorkload({ document, blocks, seed })) {
    blockCount++
    for (const { method, code } of calls) count(method, code)
    if (findings.length > 0) return `${name}, block ${height}: ${findings.join('\n')}`
    if (stop !== undefined) stops.set(stop, (stops.get(stop) ?? 0) + 1)
    if (Date.now() > end) return undefined
  }
  return undefined
}

const end = Date.now() + MS_PER_SECOND * Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
const first = BigInt(process.env['WADI_SEED'] ?? Date.now())
let seed = first
let finding: string | undefined
for (; chains.length > 0 && Date.now() < end && finding === undefined; seed++)
  for (const chain of chains) {
    if (Date.now() < end) finding ??= runOne(chain, seed)
  }

for (const [method, { succeeded, failed }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${method.padEnd(METHOD_WIDTH)} ${succeeded} succeeded, ${failed} failed`)
for (const [why, times] of stops) console.log(`${times} chains ended: ${why}`)
console.log(`${chains.length} chains, ${blockCount} blocks from seed ${first}`)
if (finding !== undefined) {
  console.log(`seed ${seed - 1n}: ${finding}`)
  process.exitCode = 1
}
