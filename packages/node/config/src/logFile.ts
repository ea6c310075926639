import { resolve } from 'node:path'
import type { NodeConfig } from './nodeConfig.ts'

/** Where the log of a node goes; undefined for standard output. */
export function logFileOf({ log, dataDir }: NodeConfig['common']): string | undefined {
  // COMPAT(oasis-core): a path leads on from the node's folder, unless it is a whole one.
  return log.file && resolve(dataDir ?? '.', log.file)
}
