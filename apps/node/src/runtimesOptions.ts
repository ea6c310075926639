/** From what an operator says of runtimes to what a node does with them. */

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { equalBytes, toHex } from '@wadi/base/bytes'
import type { RuntimesConfig, RuntimeWish } from '@wadi/compose/runtimes/config'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { isOwnParatime, type OwnParatime } from '@wadi/node-config/own-paratimes'
import { encodeFree } from './freeCbor.ts'
import { badSetting } from './nodeOptions.ts'

const PARTS = {
  compute: 'compute',
  observer: 'observer',
  keymanager: 'keymanager',
  client: 'client',
  // What it followed once; nothing is followed any more.
  archive: 'client',
} as const satisfies Record<string, RuntimesConfig['part']>

function partOf(mode: string): RuntimesConfig['part'] | undefined {
  return mode in PARTS ? PARTS[mode as keyof typeof PARTS] : undefined
}

/** Does a node of this mode register for runtimes? */
export function registersForRuntimes({ mode }: Pick<Settings, 'mode'>): boolean {
  const part = partOf(mode)
  return part !== undefined && part !== 'client'
}

/** What the node does with runtimes; undefined if it has none, and none may be missing. */
export function runtimesConfigOf(settings: Settings, dataDir: string): RuntimesConfig | undefined {
  const { mode, runtime, storage, wadi } = settings
  const part = partOf(mode)
  if (part === undefined) return undefined
  const named = runtime.runtimes.length + runtime.paths.length + wadi.paratimes.length
  if (part === 'client' && named === 0) return undefined
  const { provisioner, sandboxBinary, environment, debugMockTee, preWarmEpochs } = runtime
  if (provisioner === 'mock')
    throw badSetting('runtime.provisioner', 'mock runs nothing here; choose unconfined for tests')
  return {
    part,
    dataDir,
    runtimes: wishesOf(settings),
    bundles: runtime.paths,
    threads: wadi.paratimes.map(({ id, version, module }) => {
      return { id, version, module: moduleOf(module) }
    }),
    provisioner,
    bubblewrap: sandboxBinary,
    enclaves: environment === 'sgx-mock' || debugMockTee ? 'mock' : 'none',
    preWarmEpochs,
    privatePeers: settings.keymanager.privatePeerPubKeys,
    upkeep: upkeepOf(settings),
    pool: poolOf(settings),
    indexedAtOnce: runtime.indexer.batchSize || undefined,
    checkpoints: storage.checkpointSyncDisabled ? 'off' : 'wanted',
    offer: storage.publicRpcEnabled ? 'all' : 'sync',
  }
}

function poolOf({ runtime: { txPool } }: Settings): RuntimesConfig['pool'] {
  return {
    countMax: countOf(txPool.scheduleMaxTxPoolSize),
    seenMax: countOf(txPool.scheduleTxCacheSize),
    checkBatchMax: countOf(txPool.checkTxMaxBatchSize),
    recheckRounds: txPool.recheckInterval,
    republishMs: txPool.republishinterval,
  }
}

/** More than can be counted here is no bound. */
function countOf(count: bigint): number {
  return Math.min(Number(count), Number.MAX_SAFE_INTEGER)
}

/** Into so many trees the reference cuts a state, where it cuts it into several. */
const CHECKPOINT_SUBTREES = 12

function upkeepOf({ runtime: { prune }, storage }: Settings): RuntimesConfig['upkeep'] {
  const { enabled, checkInterval, parallelChunker } = storage.checkpointer
  const subtrees = parallelChunker ? CHECKPOINT_SUBTREES : 1
  return {
    checkpoints: enabled ? { checkMs: checkInterval, subtrees } : undefined,
    pruning:
      prune.strategy === 'keep_last'
        ? { rounds: prune.numKept, intervalMs: prune.interval }
        : undefined,
  }
}

/** What is said of a runtime itself goes before what is said of it in the older place. */
function wishesOf({ mode, runtime, keymanager }: Settings): readonly RuntimeWish[] {
  const own = mode === 'keymanager' ? keymanager.runtimeId : undefined
  const isNamed = own === undefined || runtime.runtimes.some(({ id }) => equalBytes(id, own))
  const others = isNamed ? [] : [{ id: own, localConfig: new Map() }]
  const named = runtime.runtimes.map(({ id, config }, i) => {
    const isTwice = runtime.runtimes.slice(0, i).some((other) => equalBytes(other.id, id))
    if (isTwice) throw badSetting(`runtime.runtimes[${i}]`, 'is named above; remove one of them')
    const older = runtime.config.get(toHex(id))
    const said = config.size > 0 || older === undefined ? config : older
    return { id, localConfig: encodeFree(said) }
  })
  return [...others, ...named]
}

/** The programs of this house, by what they are called in a configuration. */
const OWN_MODULES: Readonly<Record<OwnParatime, string>> = {
  keyvalue: import.meta.resolve('@wadi/runtime-guest/programs/keyvalue'),
  accounts: import.meta.resolve('@wadi/runtime-guest/programs/accounts'),
  keymanager: import.meta.resolve('@wadi/runtime-guest/programs/keymanager'),
}

function moduleOf(name: string): URL {
  return isOwnParatime(name) ? new URL(OWN_MODULES[name]) : pathToFileURL(resolve(name))
}
