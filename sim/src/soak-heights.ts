/**
 * Does the memory of validators grow with the chain? Some of them agree on many heights in
 * virtual time, keep the last ones, and it is told every so often what the process holds:
 *
 *   node sim/src/soak-heights.ts [heights] [validators, 4]
 *
 * For as many heights as are asked for, or for `WADI_SOAK_SECONDS`, a minute unless told. Fails if
 * the process holds much more at the end than after the first heights.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
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

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const [heights, validators] = process.argv.slice(2)
const heightMax = heights === undefined ? undefined : BigInt(heights)
const count = Number(validators ?? 4)
const HEIGHTS_PER_REPORT = 2000n
/** The first heights fill caches. */
const REPORTS_MIN = 3
/** Blocks that every validator keeps. */
const KEPT = 100n
const START_MS = 1_767_225_600_000
const MEGABYTE = 1_000_000
const MS_PER_SECOND = 1000
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
const disks: MemoryFiles[] = []
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
  disks.push(files)
}

/** Megabytes of objects, buffers included, and of the process. */
function report(): number {
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  const disk = disks.reduce((sum, { heldBytes }) => sum + heldBytes, 0)
  const held = (heapUsed + external - disk) / MEGABYTE
  const shown = [heapUsed, external, disk, rss].map((bytes) => (bytes / MEGABYTE).toFixed(1))
  const [heap, buffers, files, resident] = shown
  console.log(
    `height ${height}: heap ${heap} MB, buffers ${buffers} MB, of which disks ${files} MB, ` +
      `resident ${resident} MB`,
  )
  return held
}

const begunMs = performance.now()
const secondsMax = Number(process.env['WADI_SOAK_SECONDS'] ?? 60)
const secondsGone = () => (performance.now() - begunMs) / MS_PER_SECOND
const isOver = () => (heightMax === undefined ? secondsGone() >= secondsMax : height >= heightMax)

const held: number[] = []
while (held.length < REPORTS_MIN || !isOver()) {
  const next = height + HEIGHTS_PER_REPORT
  while (height < next) assert(time.step(Number.MAX_SAFE_INTEGER), 'there is always a next block')
  held.push(report())
}
const [first = 0, last = 0] = [held[0], held.at(-1)]
console.log(
  `${count} validators, ${height} heights, ${secondsGone().toFixed(0)} s; ` +
    `${first.toFixed(1)} MB → ${last.toFixed(1)} MB`,
)
if (last > Math.max(first * GROWTH_MAX, first + GROWTH_MIN_MB)) process.exitCode = 1
