/** Bubblewrap, where there is one that can make sandboxes. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The house: programs of ours in a sandbox have to read their sources. */
export const HOUSE: string = fileURLToPath(new URL('../../../../../', import.meta.url))

const PATHS = [process.env['WADI_BWRAP'], '/usr/bin/bwrap', '/usr/local/bin/bwrap']

/** Where no namespaces may be made there are no sandboxes. */
function isUsable(path: string): boolean {
  const args = ['--unshare-all', '--ro-bind', '/', '/', 'true']
  return existsSync(path) && spawnSync(path, args).status === 0
}

/** The path of one that can be used; undefined if there is none. */
export const bubblewrap: string | undefined = PATHS.find(
  (path) => path !== undefined && isUsable(path),
)
