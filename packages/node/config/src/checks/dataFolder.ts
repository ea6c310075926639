/** The folder of a node: is it there, whose is it, and is another process in it? */

import { type Stats, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import type { UnavailableError } from '@wadi/base/errors'
import { ROLE_FILES } from '@wadi/node-crypto/keys/nodeIdentity'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { internalSocketOf } from '../internalSocket.ts'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'
import { findStores } from './stores.ts'

const KEY = 'common.data_dir'
const BEYOND_OWNER = 0o077
const OWNER_ALL = 0o700
/** Nobody runs a key, not even its owner: who loads it would refuse it. */
const BEYOND_KEY = 0o177
/** What keeps two processes from signing with one key. */
const SIGNING_LOCK = 'consensus/oasis_priv_validator.lock'

/** Files of the folder that only their owner may read. */
const PRIVATE_FILES = [
  ...Object.values(ROLE_FILES),
  'p2p_entropy',
  'tls_identity',
  'sentry_client_tls_identity',
].map((name) => `${name}.pem`)

type Found = UnavailableError | undefined

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}

/** The sentence about a file of a key that others than its owner can use, if it is one. */
export function loosenessOf(path: string): string | undefined {
  const stat = process.platform === 'win32' ? undefined : statOf(path)
  if (stat === undefined || (stat.mode & BEYOND_KEY) === 0) return undefined
  return `${path} has mode ${octal(stat.mode)}, others can use the key; chmod 600 ${path}`
}

/** The first folder above that is there: what is missing is made in it. */
function checkParent(path: string, context: CheckContext): Found {
  let parent = dirname(resolve(path))
  while (statOf(parent) === undefined && dirname(parent) !== parent) parent = dirname(parent)
  const refuse = (sentence: string) => obstacle('dataFolderUnusable', context, KEY, sentence)
  if (!statSync(parent).isDirectory())
    return refuse(`${path} cannot be made: ${parent} is no folder; name another`)
  const { mode, uid } = statSync(parent)
  const { userId } = context
  const isOwn = userId === undefined || userId === 0 || (uid === userId && (mode & 0o200) !== 0)
  if (isOwn || (mode & 0o022) !== 0) return undefined
  return refuse(`${path} cannot be made in ${parent}; make it for the user of the node, chmod 700`)
}

/** Is the folder one that the node can use alone? */
export function checkDataFolder(config: NodeConfig, context: CheckContext): Found {
  const { dataDir } = config.common
  if (dataDir === undefined)
    return obstacle('dataFolderMissing', context, KEY, 'is not set; name a folder for the node')
  const stat = statOf(dataDir)
  if (stat === undefined) return checkParent(dataDir, context)
  const refuse = (sentence: string) =>
    obstacle('dataFolderPermissions', context, KEY, `${dataDir} ${sentence}`)
  if (!stat.isDirectory())
    return obstacle('dataFolderUnusable', context, KEY, `${dataDir} is no folder; name another`)
  if (process.platform === 'win32') return undefined
  if (context.userId !== undefined && stat.uid !== context.userId)
    return refuse(`belongs to user ${stat.uid}; chown ${context.userId} ${dataDir}`)
  if ((stat.mode & OWNER_ALL) !== OWNER_ALL || (stat.mode & BEYOND_OWNER) !== 0)
    return refuse(`has mode ${octal(stat.mode)}, it is for its owner alone; chmod 700 ${dataDir}`)
  return undefined
}

/** Keys that others than their owner can use. */
export function checkKeyFiles(
  config: NodeConfig,
  context: CheckContext,
): readonly UnavailableError[] {
  const { dataDir } = config.common
  if (dataDir === undefined) return []
  return PRIVATE_FILES.flatMap((name) => {
    const sentence = loosenessOf(join(dataDir, name))
    return sentence === undefined ? [] : [obstacle('keyFilePermissions', context, KEY, sentence)]
  })
}

const ANSWER_MS_MAX = 1_000

/** Does anybody listen on a UNIX socket? Where nobody does, that is known at once. */
function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve: answer } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.setTimeout(ANSWER_MS_MAX, () => answer(true))
  socket.once('connect', () => answer(true))
  socket.once('error', () => answer(false))
  return promise.finally(() => socket.destroy())
}

/** A lock that another process holds. */
export function findHeldLock(dataDir: string, files: FileSystem): string | undefined {
  const locks = [SIGNING_LOCK, ...findStores(dataDir).map(({ folder }) => `${folder}/lock`)]
  return locks.find((name) => files.isLocked(join(dataDir, name)))
}

/** Does another process use the folder? */
export async function checkNotInUse(
  config: NodeConfig,
  context: CheckContext,
  files: FileSystem,
): Promise<Found> {
  const { dataDir } = config.common
  if (dataDir === undefined || statOf(dataDir) === undefined) return undefined
  const refuse = (what: string) =>
    obstacle(
      'dataFolderInUse',
      context,
      KEY,
      `${what}; stop that node, or give this one a folder of its own`,
    )
  const socket = internalSocketOf(config)
  if (statOf(socket)?.isSocket() && (await isAnswered(socket)))
    return refuse(`a node answers on ${socket}`)
  const held = findHeldLock(dataDir, files)
  return held === undefined ? undefined : refuse(`another process holds ${join(dataDir, held)}`)
}
