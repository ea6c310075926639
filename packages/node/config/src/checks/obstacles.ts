/** Everything that keeps a node from starting. Nothing is written, made or locked for longer. */

import type { UnavailableError } from '@wadi/base/errors'
import { nodeFiles } from '@wadi/node-storage/node-files'
import type { NodeConfig } from '../nodeConfig.ts'
import { checkDataFolder, checkKeyFiles, checkNotInUse } from './dataFolder.ts'
import { checkGenesisFile } from './genesisFile.ts'
import { checkNamedFiles } from './namedFiles.ts'
import type { CheckContext } from './obstacle.ts'
import { checkEntity, checkForTests, checkUser } from './operator.ts'
import { checkPorts } from './ports.ts'
import { checkForeign, checkFormats, checkStoredChain } from './stores.ts'

/** All obstacles, those first that make others meaningless. Each has a key and a remedy. */
export async function findObstacles(
  config: NodeConfig,
  context: CheckContext,
): Promise<readonly UnavailableError[]> {
  const genesis = checkGenesisFile(config, context)
  const folder = checkDataFolder(config, context)
  const inFolder =
    folder === undefined
      ? [
          ...checkKeyFiles(config, context),
          await checkNotInUse(config, context, nodeFiles),
          checkForeign(config, context),
          ...checkFormats(config, context),
          ...(genesis.kind === 'document'
            ? checkStoredChain(config, context, genesis.chainContext)
            : []),
        ]
      : [folder]
  const all = [
    checkUser(config, context),
    ...checkForTests(config, context),
    checkEntity(config, context),
    genesis.kind === 'obstacle' ? genesis.error : undefined,
    ...inFolder,
    ...checkNamedFiles(config, context),
    ...(await checkPorts(config, context)),
  ]
  return all.filter((one) => one !== undefined)
}
