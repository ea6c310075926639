/** Which test files a run takes. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, ROOT } from '../repository.ts'

export type Selection = {
  /** Paths, parts of paths or package names; none means everything. */
  readonly filters: readonly string[]
  /** Also the files named `slow-*.test.ts`, and `long-*.test.ts` if a filter names them. */
  readonly slow: boolean
}

/** The folder of the runners over recorded chains and published vectors, a step of its own. */
export const CONFORMANCE_RUNNERS = 'conformance/runners/'

const isTest = (path: string) => /\.test\.ts$/.test(path)
export const isSlow = (path: string) => /(^|\/)(slow|long)-[^/]*\.test\.ts$/.test(path)
/** Takes minutes: it runs only where it is named, as `.ci/run` does. */
const isLong = (path: string) => /(^|\/)long-[^/]*\.test\.ts$/.test(path)

/** A package's name stands for its folder. */
function packageFolders(paths: readonly string[]): ReadonlyMap<string, string> {
  const manifests = paths.filter((path) => path.endsWith('/package.json'))
  return new Map(
    manifests.map((path) => {
      const { name } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as { name: string }
      return [name, path.slice(0, -'package.json'.length)]
    }),
  )
}

export function selectTests(
  paths: readonly string[],
  folders: ReadonlyMap<string, string>,
  { filters, slow }: Selection,
): string[] {
  const isNamed = filters.some((filter) => filter.includes('long-'))
  const tests = paths.filter(
    (path) => isTest(path) && (slow || !isSlow(path)) && (isNamed || !isLong(path)),
  )
  if (filters.length === 0) return tests.filter((path) => !path.startsWith(CONFORMANCE_RUNNERS))
  const parts = filters.map(
    (filter) => folders.get(filter) ?? folders.get(`@wadi/${filter}`) ?? filter,
  )
  return tests.filter((path) => parts.some((part) => path.includes(part.replace(/^\.\//, ''))))
}

/** The selected test files of the repository; those of the runners only if a filter names them. */
export function findTests(selection: Selection): string[] {
  const paths = listFiles()
  return selectTests(paths, packageFolders(paths), selection)
}
