/** A validator's folder with a long chain, made in time that passes by itself. */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { SeededRandom } from '@wadi/base/random'
import { createNode, type Node } from '@wadi/compose/create-node'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import { loadOrCreateNodeKeys } from '@wadi/compose/node-keys'
import type { FileSystem, OpenFile } from '@wadi/node-storage/file-system'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { NodeTime, VirtualTime } from '@wadi/sim/virtual-time'
import { oasisDialect } from '@wadi/tendermint/dialect'

const START_UNIX_MS = 1_767_225_600_000
const BLOCK_MS = 1_000n
/** An hour, as the networks that there are have it. */
const EPOCH_BLOCKS = 600n
/** The system chooses one whenever the validator is started. */
const ANY_PORT = 0
/** How often others get a turn: what a node waits for besides time. */
const STEPS_PER_TURN = 10_000

/** A chain that is made once, and then is there until somebody clears temporary files. */
const KEPT = join(tmpdir(), 'wadi-long-chain')
export const LONG_CHAIN_HEIGHT = 100_000n

/** A chain, and where it is to be. */
export interface LongChainOptions {
  readonly folder: string
  readonly height: bigint
}

const markOf = (folder: string) => join(folder, 'made.json')

/** The folder of a chain of that height, if it was made whole. */
function findMade({ folder, height }: LongChainOptions): NodeFolder | undefined {
  if (!existsSync(markOf(folder))) return undefined
  const { made, to } = JSON.parse(readFileSync(markOf(folder), 'utf8'))
  return to === String(height) ? made : undefined
}

/** The chain that is kept; undefined if there is none. */
export function keptLongChain(): NodeFolder | undefined {
  return findMade({ folder: KEPT, height: LONG_CHAIN_HEIGHT })
}

/** Makes the chain that is kept, unless it is there. */
export async function keepLongChain(): Promise<NodeFolder> {
  return keptLongChain() ?? (await makeLongChain({ folder: KEPT, height: LONG_CHAIN_HEIGHT }))
}

function withoutSync(file: OpenFile): OpenFile {
  return {
    read: (target, position) => file.read(target, position),
    write: (parts, position) => file.write(parts, position),
    sync: () => undefined,
    truncate: (size) => file.truncate(size),
    size: () => file.size(),
    close: () => file.close(),
  }
}

/** No power cut is survived: whoever makes the chain makes it anew then. */
const unsyncedFiles: FileSystem = {
  ...nodeFiles,
  openWrite: (path) => withoutSync(nodeFiles.openWrite(path)),
  // PERF: a file that takes the place of another is written to the disk at once, which is most of
  // the time of a block.
  rename: (from, to) => {
    nodeFiles.remove(to)
    nodeFiles.rename(from, to)
  },
  syncFolder: () => undefined,
}

/** Makes the chain, with everything that a node keeps of it; nothing is pruned. */
export async function makeLongChain(options: LongChainOptions): Promise<NodeFolder> {
  const { folder, height } = options
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const network = createNetworkGenesis({
    seed: 'long',
    validators: 1,
    epochBlocks: EPOCH_BLOCKS,
    timeoutCommitMs: BLOCK_MS,
  })
  const [made] = makeNetworkFolders({ folder, network, ports: [ANY_PORT] })
  assert(made !== undefined, 'a network of one has a folder')
  const time = new VirtualTime()
  const node = createValidator(made.dataDir, network, time)
  await node.start()
  for (let steps = 1; node.engine.status.chain.lastBlockHeight < height; steps++) {
    assert(time.step(Number.POSITIVE_INFINITY), 'there is always a next block')
    if (steps % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  node.stop()
  writeFileSync(markOf(folder), JSON.stringify({ made, to: String(height) }))
  return made
}

function createValidator(dataDir: string, network: NetworkGenesis, time: VirtualTime): Node {
  const clock = new NodeTime(time, START_UNIX_MS)
  const random = new SeededRandom(1n)
  return createNode({
    config: {
      dataDir,
      dialect: oasisDialect,
      peers: { peerExchange: 'off', addressBook: 'strict' },
    },
    world: {
      clock,
      timers: clock,
      random,
      files: unsyncedFiles,
      metrics: new MetricsRegistry(),
      logger: (module) => createLogger(module, SILENT),
    },
    document: network.document,
    keys: loadOrCreateNodeKeys({ dataDir, random, nowMs: clock.unixMs() }),
    onFatal: (error) => {
      throw error
    },
  })
}
