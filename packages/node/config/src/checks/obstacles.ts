/** Everything that keeps a node from starting. Nothing is written, made or locked for longer. */

import { UnavailableError } from '@wadi/base/errors'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { NodeConfig } from '../nodeConfig.ts'
import { checkDataFolder, checkKeyFiles, checkNotInUse } from './dataFolder.ts'
import { checkGenesisFile } from './genesisFile.ts'
import { checkNamedFiles } from './namedFiles.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'
import {
  checkAddresses,
  checkEntity,
  checkForTests,
  checkOpenFiles,
  checkStateSync,
  checkUser,
} from './operator.ts'
import { checkOwnPlaces } from './ownPlaces.ts'
import { checkPorts } from './ports.ts'
import { checkRuntimes } from './runtimes.ts'
import { checkForeign, checkFormats, checkStoredChain } from './stores.ts'

function checkFolder(
  config: NodeConfig,
  context: CheckContext,
  chainContext: string | undefined,
): Promise<readonly (UnavailableError | undefined)[]> {
  return guardFolder(context, async () => {
    const folder = checkDataFolder(config, context)
    if (folder !== undefined) return [folder]
    return [
      ...checkKeyFiles(config, context),
      await checkNotInUse(config, context, nodeFiles),
      checkForeign(config, context),
      ...checkFormats(config, context),
      ...(chainContext === undefined ? [] : checkStoredChain(config, context, chainContext)),
    ]
  })
}

/** A folder that cannot be looked into is an obstacle too. */
async function guardFolder<T>(
  context: CheckContext,
  check: () => Promise<readonly T[]>,
): Promise<readonly (T | UnavailableError)[]> {
  try {
    return await check()
  } catch (error) {
    const code = systemCode(error instanceof UnavailableError ? error.cause : error)
    if (code === undefined) throw error
    const sentence = `cannot be looked into (${code}); make it readable for the user of the node`
    return [obstacle('dataFolderUnusable', context, 'common.data_dir', sentence)]
  }
}

/** All obstacles, those first that make others meaningless. Each has a key and a remedy. */
export async function findObstacles(
  config: NodeConfig,
  context: CheckContext,
): Promise<readonly UnavailableError[]> {
  const genesis = checkGenesisFile(config, context)
  const chainContext = genesis.kind === 'document' ? genesis.chainContext : undefined
  const named = checkNamedFiles(config, context)
  const all = [
    checkUser(config, context),
    ...checkForTests(config, context),
    checkEntity(config, context),
    checkStateSync(config, context),
    checkOpenFiles(config, context),
    ...checkAddresses(config, context),
    genesis.kind === 'obstacle' ? genesis.error : undefined,
    ...(await checkFolder(config, context, chainContext)),
    ...checkOwnPlaces(config, context),
    ...(named.length > 0 ? named : checkRuntimes(config, context)),
    ...(await checkPorts(config, context)),
  ]
  return all.filter((one) => one !== undefined)
}
