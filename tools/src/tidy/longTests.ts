/** Tests that take minutes run where everything is tried, and only there: each by its name. */

import { linesOf } from './documents.ts'
import type { Finding, House } from './house.ts'

/** What tries everything. */
const EVERYTHING = '.ci/run'
const LONG_TEST = /(^|\/)long-[^/]+\.test\.ts$/

/** The long tests that a line of a shell runs. */
function namedIn(line: string): string[] {
  const [command = ''] = line.split(/(?:^|\s)#/)
  return command.split(/[\s'"]+/).filter((word) => LONG_TEST.test(word))
}

/** Every long test is named, and what is named is there. */
export function checkLongTests(house: House): Finding[] {
  const lines = linesOf(house, EVERYTHING).map(namedIn)
  const named = new Set(lines.flat())
  const unrun = [...house.files.keys()]
    .filter((path) => LONG_TEST.test(path) && !named.has(path))
    .map((path) => ({ path, line: 1, message: `nothing runs it: name it in ${EVERYTHING}` }))
  const gone = lines.flatMap((paths, i) =>
    paths
      .filter((path) => !house.files.has(path))
      .map((path) => ({ path: EVERYTHING, line: i + 1, message: `${path} does not exist` })),
  )
  return [...unrun, ...gone]
}
