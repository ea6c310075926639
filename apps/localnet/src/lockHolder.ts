/** Which process holds a lock: asked of the system, as files that name processes outlive them. */

import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

const PROCESSES = '/proc'
const NUMBER = /^\d+$/

/** Its number; undefined if the system does not say, such as of processes of other users. */
export function lockHolder(path: string): number | undefined {
  return process.platform === 'linux' ? findInProc(realpathSync(path)) : askLsof(path)
}

function findInProc(path: string): number | undefined {
  const pid = namesIn(PROCESSES)
    .filter((name) => NUMBER.test(name))
    .find((name) => {
      const files = join(PROCESSES, name, 'fd')
      return namesIn(files).some((file) => targetOf(join(files, file)) === path)
    })
  return pid === undefined ? undefined : Number(pid)
}

/** None if it is gone meanwhile, or somebody else's. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

function askLsof(path: string): number | undefined {
  try {
    const said = execFileSync('lsof', ['-t', '--', path], { stdio: ['ignore', 'pipe', 'ignore'] })
    const [first = ''] = said.toString().split('\n')
    return NUMBER.test(first) ? Number(first) : undefined
  } catch {
    return undefined
  }
}
