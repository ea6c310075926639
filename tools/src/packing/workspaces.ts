/** The packages of the house, as their package.json says. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, ROOT } from '../repository.ts'

/** Versions by name. */
export type Versions = Readonly<Record<string, string>>

/** What packing reads of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly optionalDependencies?: Versions
}

/** A package of the house. */
export interface Workspace {
  /** Relative to the root, such as `packages/common/base`. */
  readonly folder: string
  readonly manifest: Manifest
}

/** Reads a package.json below the root. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest
}

const FOLDERS = /^(packages\/[^/]+|apps)\/[^/]+\/package\.json$/

/** Every package and app, by name. */
export function readWorkspaces(): ReadonlyMap<string, Workspace> {
  const folders = ['packages', 'apps']
    .flatMap((top) => listFiles(top))
    .filter((path) => FOLDERS.test(path))
    .map((path) => path.slice(0, path.lastIndexOf('/')))
  const all = folders.map((folder) => ({ folder, manifest: readManifest(folder) }))
  return new Map(all.map((one) => [one.manifest.name, one]))
}

/** The packages named, and all that they stand on. */
export function closureOf(
  workspaces: ReadonlyMap<string, Workspace>,
  names: readonly string[],
): readonly Workspace[] {
  const found = new Map<string, Workspace>()
  const add = (name: string) => {
    const workspace = workspaces.get(name)
    if (workspace === undefined || found.has(name)) return
    found.set(name, workspace)
    Object.keys(workspace.manifest.dependencies ?? {}).forEach(add)
  }
  names.forEach(add)
  return [...found.values()]
}
