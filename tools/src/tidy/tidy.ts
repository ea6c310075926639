/** All rules of the house, by the name under which they report. */

import { checkMatrix, checkPaths, checkSpecMap, checkStatus } from './documents.ts'
import { checkDryRules } from './dryRules.ts'
import { checkFaces } from './faces.ts'
import type { House, Rule } from './house.ts'
import { checkCircles, checkDependencyDirection, checkImports } from './imports.ts'
import { checkLongTests } from './longTests.ts'
import { checkDependencyReasons, checkExactVersions, checkLock } from './manifests.ts'
import {
  checkExcuses,
  checkNames,
  checkOwed,
  checkSkips,
  checkThrows,
  checkWidth,
} from './words.ts'
import { checkWorlds } from './worlds.ts'

/** `today` as YYYY-MM-DD, against which the dates of skips are held. */
export function rulesFor(today: string): Readonly<Record<string, Rule>> {
  return {
    imports: checkImports,
    direction: checkDependencyDirection,
    circles: checkCircles,
    dry: checkDryRules,
    worlds: checkWorlds,
    throws: checkThrows,
    owed: checkOwed,
    names: checkNames,
    width: checkWidth,
    skips: (house) => checkSkips(house, today),
    excuses: (house) => checkExcuses(house, today),
    faces: checkFaces,
    paths: checkPaths,
    'spec-map': checkSpecMap,
    matrix: checkMatrix,
    status: checkStatus,
    'long-tests': checkLongTests,
    dependencies: checkDependencyReasons,
    lock: checkLock,
    exact: checkExactVersions,
  }
}

/** One line per finding: `path:line rule: what is wrong`. */
export function tidy(house: House, today: string): string[] {
  return Object.entries(rulesFor(today)).flatMap(([name, rule]) =>
    rule(house).map(({ path, line, message }) => `${path}:${line} ${name}: ${message}`),
  )
}
