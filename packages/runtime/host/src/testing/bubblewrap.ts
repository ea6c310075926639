/** Bubblewrap, where there is one that can make sandboxes. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UnavailableError } from '@wadi/base/errors'

/** The house: programs of ours in a sandbox have to read their sources. */
export const HOUSE: string = fileURLToPath(new URL('../../../../../', import.meta.url))

/** Where no namespaces may be made there are no sandboxes. */
function isUsable(path: string): boolean {
  const args = ['--unshare-all', '--ro-bind', '/', '/', 'true']
  return existsSync(path) && spawnSync(path, args).status === 0
}

/** One that can be used, or why tests are left out that need it. */
export interface FoundBubblewrap {
  readonly bubblewrap: string | undefined
  readonly missing: string | false
}

/** Looks for one; where it is required, it has to be there. */
export function findBubblewrap({
  paths,
  isRequired = false,
}: {
  readonly paths: readonly string[]
  readonly isRequired?: boolean
}): FoundBubblewrap {
  const bubblewrap = paths.find(isUsable)
  if (bubblewrap !== undefined) return { bubblewrap, missing: false }
  const missing = 'no usable bubblewrap here (WADI_BWRAP names one)'
  if (isRequired)
    throw new UnavailableError(
      'host.noBubblewrap',
      `${missing}, but WADI_BWRAP_REQUIRED says that there is one`,
    )
  return { bubblewrap, missing }
}

const { WADI_BWRAP: named, WADI_BWRAP_REQUIRED: required } = process.env

/** What is here. */
export const { bubblewrap, missing: missingBubblewrap }: FoundBubblewrap = findBubblewrap({
  paths: [...(named === undefined ? [] : [named]), '/usr/bin/bwrap', '/usr/local/bin/bwrap'],
  isRequired: required !== undefined,
})
