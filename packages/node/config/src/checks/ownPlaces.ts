/** Where a node writes besides its stores: its log, and the socket of its operator. */

import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { UnavailableError } from '@wadi/base/errors'
import { internalSocketOf } from '../internalSocket.ts'
import { SOCKET_PATH_SIZE_MAX } from '../limits.ts'
import { logFileOf } from '../logFile.ts'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'

function codeOf(action: () => void): string | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return code
  }
}

/** Why nothing can be written at a path; undefined if it can. */
function complaintOf(
  path: string,
  { common: { dataDir } }: NodeConfig,
  whatIsThere: (stat: Stats) => string | undefined,
): string | undefined {
  let stat: Stats | undefined
  const code = codeOf(() => {
    stat = statSync(path)
  })
  if (stat !== undefined) return whatIsThere(stat)
  const folder = dirname(path)
  // The node makes its folder, or is told that it cannot.
  if (folder === dataDir) return undefined
  if (code !== 'ENOENT') return `cannot be looked at (${code}); name another path`
  const closed = codeOf(() => accessSync(folder, constants.W_OK))
  return closed && `cannot be made (${closed}); make its folder, for the user of the node`
}

function checkLog(config: NodeConfig, context: CheckContext): UnavailableError[] {
  const file = logFileOf(config.common)
  if (file === undefined) return []
  const complaint = complaintOf(file, config, (stat) => {
    if (stat.isDirectory()) return 'is a folder; name a file in it'
    const code = codeOf(() => accessSync(file, constants.W_OK))
    return code && `cannot be written (${code}); change its permissions`
  })
  if (complaint === undefined) return []
  return [obstacle('logUnusable', context, 'common.log.file', `${file} ${complaint}`)]
}

function checkSocket(config: NodeConfig, context: CheckContext): UnavailableError[] {
  const path = internalSocketOf(config)
  const isLong = Buffer.byteLength(path) > SOCKET_PATH_SIZE_MAX
  const complaint = isLong
    ? `has more than ${SOCKET_PATH_SIZE_MAX} bytes; name a shorter path here`
    : complaintOf(path, config, (stat) => {
        // Some launchers reserve the name by a file.
        const isReserved = stat.isFile() && stat.size === 0
        const isFree = stat.isSocket() || isReserved
        return isFree ? undefined : 'is no socket; move it away, or name another path'
      })
  if (complaint === undefined) return []
  const key = 'common.internal_socket_path'
  return [obstacle('socketUnusable', context, key, `${path} ${complaint}`)]
}

/** Places at which nothing can be written. */
export function checkOwnPlaces(config: NodeConfig, context: CheckContext): UnavailableError[] {
  return [...checkLog(config, context), ...checkSocket(config, context)]
}
