/** What the stores in a node's folder say of themselves, before anybody opens them. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { UnavailableError } from '@wadi/base/errors'
import { RUNTIME_PLACES, RUNTIMES_FOLDER } from '@wadi/contracts/runtime-places'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle } from './obstacle.ts'

const KEY = 'common.data_dir'
const HEADER = 'store.json'
const HEADER_SIZE_MAX = 65_536
/** Stores lie in folders of the parts of the node: `consensus/blocks`, `application/state`. */
const DEPTH_MAX = 3
/** The layout of files that this program reads, of all stores. */
const FORMAT_MAX = 1

/** A store, by its folder below the node's. */
export interface FoundStore {
  readonly folder: string
  readonly kind: string
  readonly format: number
  readonly chain: string
}

function readHeader(path: string): Omit<FoundStore, 'folder'> | undefined {
  if (statSync(path).size > HEADER_SIZE_MAX) return undefined
  try {
    const { kind, format, chain } = JSON.parse(readFileSync(path, 'utf8'))
    const isWhole =
      typeof kind === 'string' && typeof format === 'number' && typeof chain === 'string'
    return isWhole ? { kind, format, chain } : undefined
  } catch {
    return undefined
  }
}

function listFolders(path: string): readonly string[] {
  if (!existsSync(path)) return []
  const entries = readdirSync(path, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Every store of a node's folder. */
export function findStores(dataDir: string, folder = '', depth = 0): readonly FoundStore[] {
  const path = join(dataDir, folder, HEADER)
  const header = existsSync(path) ? readHeader(path) : undefined
  if (header !== undefined) return [{ folder, ...header }]
  if (depth === DEPTH_MAX) return []
  return listFolders(join(dataDir, folder)).flatMap((name) =>
    findStores(dataDir, join(folder, name), depth + 1),
  )
}

/** Stores that a newer program wrote: the first of them, as the remedy is the same for all. */
export function checkFormats(
  config: NodeConfig,
  context: CheckContext,
): readonly UnavailableError[] {
  const { dataDir } = config.common
  if (dataDir === undefined) return []
  return findStores(dataDir)
    .filter(({ format }) => format > FORMAT_MAX)
    .slice(0, 1)
    .map(({ folder, kind, format }) => {
      const sentence =
        `${join(dataDir, folder)} is a ${kind} of format ${format}, this program reads ` +
        `${FORMAT_MAX}; run the program that wrote it, or a newer one`
      return obstacle('newerFormat', context, KEY, sentence)
    })
}

/**
 * The network of a store. A block store has the beginning of the context, as far as CometBFT has
 * it, and a node database has the namespace after it.
 */
function networkOf({ chain }: FoundStore): string {
  const [network = ''] = chain.split(' ', 1)
  return network
}

const { local: LOCAL, trees: TREES } = RUNTIME_PLACES
const PRESERVED = new RegExp(`^(${RUNTIMES_FOLDER}/[^/]+)/(?:${LOCAL}|${TREES})$`)

/**
 * Is it of a runtime whose history was forgotten? What `unsafe-reset` preserves goes over to the
 * next network.
 */
function isPreserved({ folder }: FoundStore, all: readonly FoundStore[]): boolean {
  const [, runtime] = PRESERVED.exec(folder) ?? []
  const isHistory = (one: FoundStore) => one.folder === `${runtime}/${RUNTIME_PLACES.history}`
  return runtime !== undefined && !all.some(isHistory)
}

/** Stores of another network than the genesis document's: the first of them, as above. */
export function checkStoredChain(
  config: NodeConfig,
  context: CheckContext,
  chainContext: string,
): readonly UnavailableError[] {
  const { dataDir } = config.common
  if (dataDir === undefined) return []
  const all = findStores(dataDir)
  return all
    .filter((store) => !chainContext.startsWith(networkOf(store)) && !isPreserved(store, all))
    .slice(0, 1)
    .map(({ folder, kind, chain }) => {
      const sentence =
        `${config.genesis.file} is the network ${chainContext}, but ${join(dataDir, folder)} ` +
        `is a ${kind} of ${chain}; name the genesis document of that network, or another data folder`
      return obstacle('wrongChain', context, 'genesis.file', sentence)
    })
}

/** Where the reference keeps the blocks of CometBFT, and where its own state of them. */
const FOREIGN_FOLDERS: readonly string[] = ['consensus/data', 'consensus/state']
const FOREIGN = /badger\.db$/

/** Databases of the reference, which this program cannot read. */
export function checkForeign(
  config: NodeConfig,
  context: CheckContext,
): UnavailableError | undefined {
  const { dataDir } = config.common
  if (dataDir === undefined) return undefined
  const foreign = FOREIGN_FOLDERS.flatMap((folder) => {
    const names = listFolders(join(dataDir, folder)).filter((name) => FOREIGN.test(name))
    return names.map((name) => join(folder, name))
  })
  if (foreign.length === 0) return undefined
  // Whoever switches back with one of them left has a state without its blocks, and cannot start.
  const sentence =
    `${dataDir} has databases of oasis-node, which this program cannot read; ` +
    `stop oasis-node and delete the folders ${foreign.toSorted().join(', ')} there, and nothing ` +
    'else: keys and the last-sign state are taken over, and the node syncs anew'
  return obstacle('foreignDatabase', context, KEY, sentence)
}
