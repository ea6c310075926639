/** Takes a whole network back to a height, or to how it was when a copy was made. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { replayFolder } from '@wadi/compose/replay-folder'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { oasisDialect } from '@wadi/tendermint/dialect'
import type { NetworkFiles } from './networkFiles.ts'

/** What a node stores beside keys. What it has signed is part of it: all go back together. */
const STORED = ['application', 'consensus', 'runtimes']
const SNAPSHOTS = 'snapshots'
const REWOUND = 'rewound'
const NAME = /^[\w.-]{1,64}$/

/** States of ParaTimes do not follow from blocks alone: somebody has to have executed them. */
function requireNoParatimes({ paratimes }: NetworkFiles): void {
  const names = paratimes.map(({ name }) => name).join(', ')
  if (paratimes.length > 0)
    throw new UnavailableError(
      'localnet.paratimes',
      `a network with ParaTimes (${names}) does not go back to a height, because ` +
        'their states cannot be made again from blocks; keep snapshots and restore them, or ' +
        'begin a network without ParaTimes (--paratimes none)',
    )
}

/** What CometBFT stores is CometBFT's. */
function requireOwnEngine({ engine }: NetworkFiles): void {
  if (engine !== 'wadi')
    throw new UnavailableError(
      'localnet.engine',
      `a network with the engine ${engine} does not go back and has no snapshots, because its ` +
        'validators keep their blocks themselves; begin anew with --fresh, or without --engine',
    )
}

/** Takes all nodes back to a height; the block after it is made anew. */
export async function rewindNetwork(
  files: NetworkFiles,
  height: bigint,
  onApplied: (height: bigint) => void,
): Promise<void> {
  requireOwnEngine(files)
  requireNoParatimes(files)
  const { folder, nodes } = files
  const [first] = nodes
  if (first === undefined) return
  const scratch = join(folder, REWOUND)
  rmSync(scratch, { recursive: true, force: true })
  await replayFolder({
    document: parseGenesis(readFileSync(join(folder, 'genesis.json'), 'utf8')),
    dialect: oasisDialect,
    world: {
      clock: processClock,
      timers: nodeTimers,
      random: processRandom,
      files: nodeFiles,
      logger: (module) => createLogger(module, SILENT),
    },
    from: first.dataDir,
    to: scratch,
    height,
    onApplied,
  })
  for (const { dataDir } of nodes) replaceStores(scratch, dataDir)
  rmSync(scratch, { recursive: true })
}

/** Copies what all nodes store, under a name. */
export function snapshotNetwork(files: NetworkFiles, name: string): void {
  requireOwnEngine(files)
  const { folder, nodes } = files
  const to = snapshotFolder(folder, name)
  if (existsSync(to))
    throw new UnavailableError(
      'localnet.snapshot',
      `there is a snapshot ${name}; choose another name`,
    )
  const unfinished = `${to}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  for (const { name: node, dataDir } of nodes)
    for (const part of STORED) copyIfThere(join(dataDir, part), join(unfinished, node, part))
  mkdirSync(unfinished, { recursive: true })
  renameSync(unfinished, to)
}

/** Takes all nodes back to a copy. */
export function restoreNetwork(files: NetworkFiles, name: string): void {
  requireOwnEngine(files)
  const { folder, nodes } = files
  const from = snapshotFolder(folder, name)
  if (!existsSync(from))
    throw new UnavailableError(
      'localnet.snapshot',
      `there is no snapshot ${name}; there are: ${listSnapshots(folder).join(', ') || 'none'}`,
    )
  for (const { name: node, dataDir } of nodes) replaceStores(join(from, node), dataDir)
}

/** The names of all copies. */
export function listSnapshots(folder: string): readonly string[] {
  const path = join(folder, SNAPSHOTS)
  return existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith('.unfinished')) : []
}

function snapshotFolder(folder: string, name: string): string {
  if (!NAME.test(name) || name.startsWith('.'))
    throw new UnavailableError(
      'localnet.snapshot',
      `${name} is no name for a snapshot; letters, digits, dots and dashes are`,
    )
  return join(folder, SNAPSHOTS, name)
}

function replaceStores(from: string, dataDir: string): void {
  for (const part of STORED) {
    rmSync(join(dataDir, part), { recursive: true, force: true })
    copyIfThere(join(from, part), join(dataDir, part))
  }
}

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, preserveTimestamps: true })
}
