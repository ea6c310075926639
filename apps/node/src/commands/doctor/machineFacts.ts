/** What there is to know of this machine. */

import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@wadi/base/clock'
import type { FolderFacts, MachineFacts } from './facts.ts'

const MS_PER_SECOND = 1000
/** Private keys, and the randomness of which the node makes some; not what is for everybody. */
const SECRET = /^(?!.*_(?:pub|cert)\.pem$).*\.pem$/
const KEY = 'identity.pem'
const BEYOND_OWNER = 0o077
const PERMISSIONS = 0o777

/** Looks at the machine; its folder is undefined where there is none with keys. */
export function gatherMachine(clock: Clock, folder: string | undefined): MachineFacts {
  const now = BigInt(Math.floor(clock.unixMs() / MS_PER_SECOND))
  const isHere = folder !== undefined && existsSync(join(folder, KEY))
  return { now, folder: isHere ? folderFacts(folder) : undefined }
}

function folderFacts(path: string): FolderFacts {
  const { bavail, bsize } = statfsSync(path, { bigint: true })
  const secrets = readdirSync(path).filter((name) => SECRET.test(name))
  const paths = [path, ...secrets.map((name) => join(path, name))]
  const loose = paths
    .map((at) => ({ path: at, mode: statSync(at).mode & PERMISSIONS }))
    .filter(({ mode }) => (mode & BEYOND_OWNER) !== 0)
  return { path, freeBytes: bavail * bsize, loose }
}
