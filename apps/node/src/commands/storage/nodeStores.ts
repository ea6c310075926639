/** The stores of a node that does not run, opened one by one. What is not there is not made. */

import { join } from 'node:path'
import { createLogger } from '@wadi/base/log'
import { DiskBlockStore } from '@wadi/engine/disk-block-store'
import { DiskStateStore } from '@wadi/engine/disk-state-store'
import type { CommandWorld } from '@wadi/node-config/command'
import { NodeDatabase } from '@wadi/node-storage/node-database'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { StoppedNode } from './stoppedNode.ts'

const NAMESPACE = new Uint8Array(32)
const FOLDERS = { state: 'application/state', blocks: 'consensus/blocks', chain: 'consensus/state' }

type Stores = Pick<StoppedNode, 'dataDir' | 'stores'>
type World = Pick<CommandWorld, 'err'>

/** Where a store is, and of which chain; undefined if it was never made. */
function placeOf({ dataDir, stores }: Stores, folder: string) {
  const found = stores.find((store) => store.folder === folder)
  return found && { path: join(dataDir, folder), chain: found.chain, files: nodeFiles }
}

/** What a store finds out about itself while it is opened. */
function logTo({ err }: World) {
  return createLogger('storage', ({ level, sentence }) => {
    if (level === 'warn' || level === 'error') err.write(`${sentence}\n`)
  })
}

/** The states, version by version. */
export function openStates(node: Stores): NodeDatabase | undefined {
  const place = placeOf(node, FOLDERS.state)
  if (place === undefined) return undefined
  // The store's own name of its chain ends with the namespace.
  const [chain = ''] = place.chain.split(' ')
  return NodeDatabase.open({ ...place, chain, namespace: NAMESPACE })
}

/** The blocks. */
export function openBlocks(node: Stores, world: World): DiskBlockStore | undefined {
  const place = placeOf(node, FOLDERS.blocks)
  return place && new DiskBlockStore({ ...place, log: logTo(world) })
}

/** Validators and parameters, by height. */
export function openChain(node: Stores, world: World): DiskStateStore | undefined {
  const place = placeOf(node, FOLDERS.chain)
  return place && new DiskStateStore({ ...place, log: logTo(world) })
}

/** Uses a store and closes it; undefined if it is not there. */
export function withStore<S extends { close(): void }, A>(
  store: S | undefined,
  use: (store: S) => A,
): A | undefined {
  if (store === undefined) return undefined
  try {
    return use(store)
  } finally {
    store.close()
  }
}
