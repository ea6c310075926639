/** Files and programs that a configuration names. */

import { accessSync, constants } from 'node:fs'
import type { UnavailableError } from '@wadi/base/errors'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'

interface NamedFile {
  readonly key: string
  readonly path: string
  readonly access: 'read' | 'run'
}

/** What a node opens or runs, by the keys that name it. */
function namedFilesOf({ runtime, registration, mode }: NodeConfig): readonly NamedFile[] {
  const named: NamedFile[] = []
  const add = (key: string, path: string | undefined, access: NamedFile['access']): void => {
    if (path !== undefined) named.push({ key, path, access })
  }
  add('registration.entity', registration.entity, 'read')
  for (const [i, path] of runtime.paths.entries()) add(`runtime.paths[${i}]`, path, 'read')
  const runsRuntimes = runtime.runtimes.length + runtime.paths.length > 0 && mode !== 'seed'
  if (!runsRuntimes) return named
  if (runtime.provisioner === 'sandboxed')
    add('runtime.sandbox_binary', runtime.sandboxBinary, 'run')
  add('runtime.sgx.loader', runtime.sgx.loader, 'run')
  add('runtime.sgx_loader', runtime.sgxLoader, 'run')
  return named
}

/** Files that are not there, or that the node may not use. */
export function checkNamedFiles(config: NodeConfig, context: CheckContext): UnavailableError[] {
  return namedFilesOf(config).flatMap(({ key, path, access }) => {
    try {
      accessSync(path, access === 'run' ? constants.X_OK : constants.R_OK)
      return []
    } catch (error) {
      const code = systemCode(error)
      if (code === undefined) throw error
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
      const sentence = isMissing
        ? `${path} does not exist; create it, or name another`
        : `${path} cannot be ${access} (${code}); change its permissions`
      return [obstacle(isMissing ? 'missingFile' : 'unreadableFile', context, key, sentence)]
    }
  })
}
