/** A node that does not run: its configuration, and what is in its folder. */

import { existsSync } from 'node:fs'
import type { CommandWorld } from '@wadi/node-config/command'
import { configOptionsOf } from '@wadi/node-config/config-commands'
import { checkNotInUse } from '@wadi/node-config/data-folder'
import { loadConfig } from '@wadi/node-config/load-config'
import type { NodeConfig } from '@wadi/node-config/node-config'
import { type FoundStore, findStores } from '@wadi/node-config/stores'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { errors } from '../transaction/commandErrors.ts'

/** See the top of this file. */
export interface StoppedNode {
  readonly config: NodeConfig
  readonly dataDir: string
  readonly stores: readonly FoundStore[]
}

interface NodeCall {
  readonly flags: { readonly config: string }
  readonly overrides: readonly string[]
}

/** Finds it; refuses a folder that is not there, or that a node uses. */
export async function findStoppedNode(
  call: NodeCall,
  { environment }: Pick<CommandWorld, 'environment'>,
): Promise<StoppedNode> {
  const { config, sources } = loadConfig(configOptionsOf(call, environment))
  const { dataDir } = config.common
  if (dataDir === undefined)
    throw errors.missingValue(
      'no data folder is named; name the configuration of the node with --config',
    )
  if (!existsSync(dataDir))
    throw errors.badValue(
      `${dataDir} does not exist; name the configuration of a node that has run with --config`,
    )
  const context = { sources, isForTests: false, hasTestEntity: false, userId: undefined }
  const inUse = await checkNotInUse(config, context, nodeFiles)
  if (inUse !== undefined) throw inUse
  return { config, dataDir, stores: findStores(dataDir) }
}
