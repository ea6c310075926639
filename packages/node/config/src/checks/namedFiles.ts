/** Files and programs that a configuration names. */

import { accessSync, constants } from 'node:fs'
import type { UnavailableError } from '@wadi/base/errors'
import type { NodeConfig } from '../nodeConfig.ts'
import { isOwnParatime } from '../ownParatimes.ts'
import { MODES_WITHOUT_RUNTIMES } from '../sections/sections.ts'
import { loosenessOf } from './dataFolder.ts'
import { checkContents } from './fileContents.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'

interface NamedFile {
  readonly key: string
  readonly path: string
  /** `read-alone`: by nobody but the user of the node. */
  readonly access: 'read' | 'read-alone' | 'run' | 'write'
}

/** What a node opens or runs, by the keys that name it. */
function namedFilesOf(config: NodeConfig): readonly NamedFile[] {
  const { runtime, registration, mode, wadi } = config
  const named: NamedFile[] = []
  const add = (key: string, path: string | undefined, access: NamedFile['access']): void => {
    if (path !== undefined) named.push({ key, path, access })
  }
  add('registration.entity', registration.entity, 'read')
  add('wadi.api.tls_key', wadi.api.tlsKey, 'read-alone')
  add('wadi.api.tls_certificate', wadi.api.tlsCertificate, 'read')
  if (wadi.signer.kind === 'stock') {
    add('wadi.signer.key_file', wadi.signer.keyFile, 'read-alone')
    add('wadi.signer.state_dir', wadi.signer.stateDir, 'write')
  }
  for (const [i, path] of runtime.paths.entries()) add(`runtime.paths[${i}]`, path, 'read')
  for (const [i, { module }] of wadi.paratimes.entries())
    if (!isOwnParatime(module)) add(`wadi.paratimes[${i}].module`, module, 'read')
  const runsRuntimes =
    runtime.runtimes.length + runtime.paths.length > 0 && !MODES_WITHOUT_RUNTIMES.includes(mode)
  if (!runsRuntimes) return named
  if (runtime.provisioner === 'sandboxed')
    add('runtime.sandbox_binary', runtime.sandboxBinary, 'run')
  add('runtime.sgx.loader', runtime.sgx.loader, 'run')
  add('runtime.sgx_loader', runtime.sgxLoader, 'run')
  return named
}

const ACCESS = {
  read: { mode: constants.R_OK, title: 'read' },
  'read-alone': { mode: constants.R_OK, title: 'read' },
  run: { mode: constants.X_OK, title: 'run' },
  write: { mode: constants.W_OK, title: 'written' },
} as const

function checkAccess({ key, path, access }: NamedFile, context: CheckContext) {
  const { mode, title } = ACCESS[access]
  try {
    accessSync(path, mode)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    const sentence = isMissing
      ? `${path} does not exist; create it, or name another`
      : `${path} cannot be ${title} (${code}); change its permissions`
    return obstacle(isMissing ? 'missingFile' : 'unreadableFile', context, key, sentence)
  }
  const looseness = access === 'read-alone' ? loosenessOf(path) : undefined
  return looseness === undefined
    ? undefined
    : obstacle('keyFilePermissions', context, key, looseness)
}

/** Files that are not there, that the node may not use, or that are something else. */
export function checkNamedFiles(config: NodeConfig, context: CheckContext): UnavailableError[] {
  const unusable = namedFilesOf(config).flatMap((file) => checkAccess(file, context) ?? [])
  if (unusable.length > 0) return unusable
  return checkContents(config, context)
}
