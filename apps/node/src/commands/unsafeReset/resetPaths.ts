/** What a node has made in its folder, and can make again: everything but its keys. */

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { RUNTIME_PLACES, RUNTIMES_FOLDER } from '@wadi/contracts/runtime-places'

/** What stays of runtimes although the node's own state goes. */
export interface Preserved {
  readonly localStorage: boolean
  readonly mkvsDatabase: boolean
}

/** The node's own; also under the names that the reference has and had for them. */
const NODE_STATE: readonly (string | RegExp)[] = [
  /^persistent-store\..*\.db$/,
  'deregistration.cbor',
  'consensus',
  'tendermint',
  'application',
  'p2p',
]
/** Of a runtime: which rounds there were, and what was signed last in them. */
const RUNTIME_HISTORY: readonly string[] = [
  RUNTIME_PLACES.history,
  'history.db',
  RUNTIME_PLACES.signed,
]
const RUNTIME_LOCAL_STORAGE = [RUNTIME_PLACES.local, /^worker-local-storage\..*\.db$/]
const RUNTIME_MKVS = [RUNTIME_PLACES.trees, RUNTIME_PLACES.checkpoints, /^mkvs_storage\..*\.db$/]

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).toSorted((a, b) => (a < b ? -1 : 1))
}

function matches(name: string, patterns: readonly (string | RegExp)[]): boolean {
  return patterns.some((one) => (typeof one === 'string' ? one === name : one.test(name)))
}

/** What a reset removes, of what is there. */
export function resetPaths(dataDir: string, preserved: Preserved): readonly string[] {
  const ofRuntimes = [
    ...RUNTIME_HISTORY,
    ...(preserved.localStorage ? [] : RUNTIME_LOCAL_STORAGE),
    ...(preserved.mkvsDatabase ? [] : RUNTIME_MKVS),
  ]
  const own = namesIn(dataDir).filter((name) => matches(name, NODE_STATE))
  const runtimes = namesIn(join(dataDir, RUNTIMES_FOLDER)).map((name) =>
    join(dataDir, RUNTIMES_FOLDER, name),
  )
  return [
    ...own.map((name) => join(dataDir, name)),
    ...runtimes.flatMap((folder) =>
      namesIn(folder)
        .filter((name) => matches(name, ofRuntimes))
        .map((name) => join(folder, name)),
    ),
  ]
}
