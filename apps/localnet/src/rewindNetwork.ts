/** Takes a whole network back to a height: its chain, and the rounds of its ParaTimes. */

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { replayFolder } from '@wadi/compose/replay-folder'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { RUNTIMES_FOLDER } from '@wadi/contracts/runtime-places'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { changeNetwork, copy, copyNode } from './changeNetwork.ts'
import type { NetworkFiles, NodePlace } from './networkFiles.ts'
import { requireOwnEngine } from './requireOwnEngine.ts'
import { copyRuntime, type KnownRuntime, readRuntimes, rebuildRounds } from './rewindRuntimes.ts'

/** Where the chain is run again. */
export const SCRATCH_NAME = 'rewound'
/** What of a node follows from the chain. What it has signed is part of it. */
const OF_CHAIN = ['application', 'consensus']
const RUNTIME_ID = /^[0-9a-f]{64}$/

/** Takes all nodes back to a height; the block after it is made anew. */
export async function rewindNetwork(
  files: NetworkFiles,
  height: bigint,
  onApplied: (height: bigint) => void,
): Promise<void> {
  requireOwnEngine(files)
  const { folder, nodes } = files
  const scratch = join(folder, SCRATCH_NAME)
  rmSync(scratch, { recursive: true, force: true })
  try {
    const runtimes = await runAgain(files, { scratch, height, onApplied })
    await changeNetwork(folder, {
      prepare(to) {
        for (const node of nodes) prepareNode(node, { scratch, runtimes, to: join(to, node.name) })
      },
    })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

interface Run {
  readonly scratch: string
  readonly height: bigint
  readonly onApplied: (height: bigint) => void
}

/** Makes what all nodes store anew, up to the height; says where runtimes stand there. */
async function runAgain(
  { nodes, genesisPath, chainContext: chain }: NetworkFiles,
  { scratch, height, onApplied }: Run,
): Promise<ReadonlyMap<string, KnownRuntime>> {
  const document = parseGenesis(readFileSync(genesisPath, 'utf8'))
  const { dataDir: before } = nodes[0]!
  await replayFolder({
    document,
    dialect: oasisDialect,
    world: {
      clock: processClock,
      timers: nodeTimers,
      random: processRandom,
      files: nodeFiles,
      logger: (module) => createLogger(module, SILENT),
    },
    from: before,
    to: scratch,
    height,
    onApplied,
  })
  const ids = new Set(
    nodes.flatMap(({ dataDir }) => namesIn(join(dataDir, RUNTIMES_FOLDER)).filter(isId)),
  )
  const runtimes = readRuntimes(document, { before, after: scratch, ids: [...ids] })
  for (const [id, runtime] of runtimes) {
    const from = nodes.map(({ dataDir }) => join(dataDir, RUNTIMES_FOLDER, id))
    await rebuildRounds(runtime, { chain, from, to: join(scratch, RUNTIMES_FOLDER, id) })
  }
  return runtimes
}

interface Place {
  readonly scratch: string
  readonly runtimes: ReadonlyMap<string, KnownRuntime>
  readonly to: string
}

function prepareNode({ dataDir }: NodePlace, { scratch, runtimes, to }: Place): void {
  copyNode(dataDir, to, [...OF_CHAIN, RUNTIMES_FOLDER])
  for (const name of OF_CHAIN) copy(join(scratch, name), join(to, name))
  for (const name of namesIn(join(dataDir, RUNTIMES_FOLDER))) {
    const [from, next] = [join(dataDir, RUNTIMES_FOLDER, name), join(to, RUNTIMES_FOLDER, name)]
    const runtime = runtimes.get(name)
    if (runtime === undefined) copy(from, next)
    else copyRuntime(runtime, { from, rebuilt: join(scratch, RUNTIMES_FOLDER, name), to: next })
  }
}

const isId = (name: string) => RUNTIME_ID.test(name)

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
