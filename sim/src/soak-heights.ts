/**
 * Does the memory of validators grow with the chain? Some of them agree on many heights in
 * virtual time, keep the last ones, and it is told every so often what the process holds:
 *
 *   node --expose-gc sim/src/soak-heights.ts [heights, 100000] [validators, 4]
 *
 * Fails if the heap at the end is much larger than after the first tenth.
 */

import { toUtf8 } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { KvstoreApplication } from '@wadi/compose/testing/kvstore'
import { Engine } from '@wadi/engine/engine'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { createKvstoreChain } from './chains/kvstoreChain.ts'
import { SimNetwork } from './world/network.ts'
import { NodeTime, VirtualTime } from './world/virtualTime.ts'

const heights = BigInt(process.argv[2] ?? 100_000)
const count = Number(process.argv[3] ?? 4)
const REPORTS = 10n
/** Blocks that every validator keeps. */
const KEPT = 100n
const START_MS = 1_767_225_600_000
const MEGABYTE = 1_000_000
/** How much more is growth. */
const GROWTH_MAX = 1.2
const GROWTH_MIN_MB = 10

const time = new VirtualTime()
const random = new SeededRandom(1n)
const network = new SimNetwork({ time, random, onOffence: () => undefined })
const chain = createKvstoreChain({
  powers: Array.from({ length: count }, () => 1n),
  signatures: 'stand-in',
})
const diskBytes: (() => number)[] = []
let height = 0n

for (const [index, { publicKey, sign }] of chain.validators.entries()) {
  const clock = new NodeTime(time, START_MS)
  const files = new MemoryFiles()
  const id = `node${index}`
  const application = new KvstoreApplication({ folder: 'application', files, kept: KEPT })
  const engine: Engine = new Engine({
    world: {
      clock,
      timers: clock,
      random,
      files,
      log: createLogger('engine', SILENT),
      metrics: new MetricsRegistry(),
    },
    folder: 'node',
    genesis: chain.genesis,
    application,
    dialect: chain.dialect,
    privateValidator: {
      publicKey,
      lastSignedHeight: 0n,
      signVote: (chainId, vote, done) =>
        done({
          kind: 'signed',
          signed: { ...vote, signature: sign(canonicalVoteBytes(chainId, vote)) },
        }),
      signProposal: (chainId, proposal, done) =>
        done({
          kind: 'signed',
          signed: { ...proposal, signature: sign(canonicalProposalBytes(chainId, proposal)) },
        }),
    },
    config: { rounds: { ...DEFAULT_ROUND_CONFIG, timeoutCommitMs: 100 } },
    onFatal: (error) => {
      throw error
    },
    onApplied: ({ block }) => {
      height = block.header.height
      if (index === 0) engine.mempool.checkTx(toUtf8(`key${height % 100n}=${height}`))
    },
  })
  time.after(1, () => {
    engine.start()
    network.join({ id, reactors: engine.reactors })
  })
  for (let other = 0; other < index; other++) network.link(id, `node${other}`)
  diskBytes.push(() => sizeOf(files, 'node') + sizeOf(files, 'application'))
}

/** Bytes of everything in a folder that is kept in memory. */
function sizeOf(files: MemoryFiles, folder: string): number {
  return files
    .list(folder)
    .map((name) => `${folder}/${name}`)
    .reduce((sum, path) => {
      if (files.list(path).length > 0) return sum + sizeOf(files, path)
      const file = files.openRead(path)
      const size = file.size()
      file.close()
      return sum + size
    }, 0)
}

/** Megabytes of objects, buffers included, and of the process. */
function report(): number {
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  const disk = diskBytes.reduce((sum, size) => sum + size(), 0)
  const held = (heapUsed + external - disk) / MEGABYTE
  const shown = [heapUsed, external, disk, rss].map((bytes) => (bytes / MEGABYTE).toFixed(1))
  const [heap, buffers, disks, resident] = shown
  console.log(
    `height ${height}: heap ${heap} MB, buffers ${buffers} MB, of which disks ${disks} MB, ` +
      `resident ${resident} MB`,
  )
  return held
}

const begunMs = performance.now()
const held: number[] = []
for (let next = heights / REPORTS; next <= heights; next += heights / REPORTS) {
  while (height < next) if (!time.step(Number.MAX_SAFE_INTEGER)) break
  held.push(report())
}
const [first = 0, last = 0] = [held[0], held.at(-1)]
const seconds = ((performance.now() - begunMs) / 1000).toFixed(0)
console.log(
  `${count} validators, ${height} heights, ${seconds} s; ${first.toFixed(1)} MB → ${last.toFixed(1)} MB`,
)
if (last > Math.max(first * GROWTH_MAX, first + GROWTH_MIN_MB)) process.exitCode = 1
