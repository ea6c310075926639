/** Dependencies are few, exact, locked, and each has its reason. */

import { codeSpans, linesOf } from './documents.ts'
import type { Finding, House } from './house.ts'

const REASONS = 'docs/dependencies.md'

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>

const LOCK = 'package-lock.json'
const DEPENDENCY_KINDS = ['dependencies', 'devDependencies', 'optionalDependencies']

/** The manifests of the root and of every package. */
function manifestsOf(house: House): { readonly path: string; readonly manifest: Manifest }[] {
  const folders = ['', ...house.packages.map(({ folder }) => folder)]
  return folders.map((folder) => {
    const path = `${folder}package.json`
    return { path, manifest: JSON.parse(house.files.get(path) ?? '{}') as Manifest }
  })
}

function dependenciesOf(manifest: Manifest | undefined): string {
  const tables = DEPENDENCY_KINDS.map((kind) => Object.entries(manifest?.[kind] ?? {}).toSorted())
  return JSON.stringify(tables)
}

/** The lock file knows the dependencies of every manifest: an install must not choose anew. */
export function checkLock(house: House): Finding[] {
  const lock = house.files.get(LOCK)
  if (lock === undefined) return [{ path: LOCK, line: 1, message: 'there is no lock file' }]
  const { packages } = JSON.parse(lock) as { packages: Readonly<Record<string, Manifest>> }
  return manifestsOf(house).flatMap(({ path, manifest }) => {
    const locked = packages[path.replace(/\/?package\.json$/, '')]
    const message = `${LOCK} has other dependencies: run npm install`
    return dependenciesOf(manifest) === dependenciesOf(locked) ? [] : [{ path, line: 1, message }]
  })
}

/** For a range npm takes what suits the Node that it happens to run on. */
export function checkExactVersions(house: House): Finding[] {
  return manifestsOf(house).flatMap(({ path, manifest }) =>
    DEPENDENCY_KINDS.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(([name, version]) => !name.startsWith('@wadi/') && !/^\d[\w.+-]*$/.test(version))
      .map(([name, version]) => ({ path, line: 1, message: `${name}: ${version} is not exact` })),
  )
}

/** Every third-party dependency has a line with its reason. */
export function checkDependencyReasons(house: House): Finding[] {
  const reasons = new Set(linesOf(house, REASONS).flatMap((line) => codeSpans(line)[0] ?? []))
  return [...house.installed]
    .filter((name) => !name.startsWith('@wadi/') && !reasons.has(name))
    .map((name) => ({ path: REASONS, line: 1, message: `${name} has no line with a reason` }))
}
