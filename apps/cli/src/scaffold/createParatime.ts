/** Makes the folder of a new ParaTime. */

import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { testNamespace } from '@wadi/primitives/namespace'
import { errors } from '../errors.ts'
import { NAME_SIZE_MAX } from '../limits.ts'
import { paratimeFiles } from './paratimeTemplate.ts'

const NAME = /^[a-z][a-z0-9-]*$/

/** Where the packages of this house are installed: a new folder takes them from there. */
function packagesFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', '@wadi')
    if (existsSync(found)) return found
    if (folder === dirname(folder)) throw errors.notFound('the packages of wadi are not installed')
  }
}

/** Makes it in a folder; the names of its files. */
export function createParatime(name: string, into: string): readonly string[] {
  if (!NAME.test(name) || name.length > NAME_SIZE_MAX)
    throw errors.badValue(
      `${JSON.stringify(name)} is no name for a ParaTime; give small letters, digits and hyphens, such as my-notes`,
    )
  const folder = resolve(into, name)
  if (existsSync(folder))
    throw errors.badValue(`${folder} is there already; give another name, or remove it`)
  const files = paratimeFiles({ name, id: toHex(testNamespace(toUtf8(name))) })
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(packagesFolder(), join(folder, 'node_modules', '@wadi'), 'junction')
  for (const [file, text] of files) writeFileSync(join(folder, file), text)
  return [...files.keys()].map((file) => join(folder, file))
}
