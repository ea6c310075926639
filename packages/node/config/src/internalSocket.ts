import { join } from 'node:path'
import type { NodeConfig } from './nodeConfig.ts'

const SOCKET_NAME = 'internal.sock'

/** Where the node answers its operator. */
export function internalSocketOf({ common }: NodeConfig): string {
  return common.internalSocketPath ?? join(common.dataDir ?? '.', SOCKET_NAME)
}
