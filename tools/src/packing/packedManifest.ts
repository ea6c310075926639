/** The package.json of a package of ours as others get it. */

import { assert } from '@wadi/base/errors'
import { importedPackages } from './imports.ts'
import type { Manifest, Versions } from './workspaces.ts'

function packedExports(
  exports: Readonly<Record<string, string>>,
  files: ReadonlySet<string>,
): Record<string, object> {
  const packed = Object.entries(exports).map(([name, source]) => {
    const path = source.replace(/^\.\/src\//, 'dist/').replace(/\.ts$/, '')
    return [name, path] as const
  })
  return Object.fromEntries(
    packed
      .filter(([, path]) => files.has(`${path}.js`))
      .map(([name, path]) => [name, { types: `./${path}.d.ts`, default: `./${path}.js` }]),
  )
}

/** What is packed together, and for whom. */
export interface PackedFor {
  /** The versions of all packages of ours. */
  readonly house: Versions
  /** The Node that it needs, if it is a package that people install by its name. */
  readonly node: string | undefined
}

/**
 * `files` are those of the package by path, as they were compiled. What is only for tests is not
 * among them, so that neither its entries nor what it stands on are. Types that were inferred may
 * come from packages that no source names.
 */
export function packedManifest(
  { name, version, license, exports = {}, dependencies, devDependencies }: Manifest,
  files: ReadonlyMap<string, string>,
  { house, node }: PackedFor,
): object {
  const known: Versions = { ...devDependencies, ...dependencies, ...house }
  const imported = importedPackages(files.values()).filter((each) => each !== name)
  const versions = imported.map((each) => {
    const declared = known[each]
    assert(declared !== undefined, `${name} imports ${each} and does not declare it`)
    return [each, declared] as const
  })
  return {
    name,
    version,
    license,
    type: 'module',
    ...(node !== undefined && { engines: { node } }),
    exports: packedExports(exports, new Set(files.keys())),
    dependencies: Object.fromEntries(versions),
  }
}
