/**
 * Does the memory of validators grow with the chain? Some of them agree on many heights in
 * virtual time, keep the last ones, and it is told every so often what the process holds:
 *
 *   node sim/src/soak-heights.ts [heights] [validators, 4]
 *
 * For as many heights as are asked for, or for `WADI_SOAK_SECONDS`, a minute unless told. Memory
 * goes up and down as files fill and are given back, in turns of some ten thousand heights; fails
 * if a validator ever holds more than its bound, its simulated disk aside.
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
/** Blocks that every validator keeps. */
const KEPT = 100n
const START_MS = 1_767_225_600_000
const MEGABYTE = 1_000_000
const MS_PER_SECOND = 1000
const VALIDATOR_MB_MAX = 100

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

let most = 0
do {
  const next = height + HEIGHTS_PER_REPORT
  while (height < next) assert(time.step(Number.MAX_SAFE_INTEGER), 'there is always a next block')
  most = Math.max(most, report() / count)
} while (!isOver())
console.log(
  `${count} validators, ${height} heights, ${secondsGone().toFixed(0)} s; ` +
    `each held at most ${most.toFixed(1)} MB`,
)
if (most > VALIDATOR_MB_MAX) process.exitCode = 1
