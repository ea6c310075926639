/** Whose the files in a folder are: what a network has made it forgets, and nothing else. */

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { CHANGE_NAMES, finishChange } from './changeNetwork.ts'
import { HOLD_NAMES } from './folderHold.ts'
import { UNKNOWN_FILES_SHOWN_MAX } from './limits.ts'
import { madeNames, readPlan } from './networkFiles.ts'
import { GENESIS_NAME, nextOf, PLAN_NAME, UNFINISHED_PLAN_NAME } from './networkPlaces.ts'
import { SNAPSHOTS_NAME } from './networkSnapshots.ts'
import { SCRATCH_NAME } from './rewindNetwork.ts'

const NODE_NAME = /^(node|engine|keymanager|compute|observer|client)-\d+$/
/** What is of the network that is there, beside folders of nodes. */
const OF_THIS = [PLAN_NAME, nextOf(PLAN_NAME), UNFINISHED_PLAN_NAME, SCRATCH_NAME, ...CHANGE_NAMES]
/** What is of any that there was, or will be. */
const OF_ALL = [...HOLD_NAMES, SNAPSHOTS_NAME]

/** The plan of the network that is there, whether or not it is whole. */
function planPath(folder: string): string | undefined {
  return [PLAN_NAME, UNFINISHED_PLAN_NAME].map((name) => join(folder, name)).find(existsSync)
}

/** What the network of a folder has made there. */
function ownNames(folder: string): readonly string[] {
  const path = planPath(folder)
  if (path === undefined) return []
  try {
    return madeNames(readPlan(path))
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error
  }
  // Nobody can say any more what it was made of: whatever looks like a node of a network.
  const isNode = (name: string) =>
    NODE_NAME.test(name) && existsSync(join(folder, name, 'consensus.pem'))
  return [GENESIS_NAME, ...readdirSync(folder).filter(isNode)]
}

/** Refuses a folder in which there is anything that no network has made. */
export function requireOwnFolder(folder: string): void {
  if (!existsSync(folder)) return
  const known = [...ownNames(folder), ...OF_THIS, ...OF_ALL]
  const others = readdirSync(folder).filter((name) => !known.includes(name))
  if (others.length === 0) return
  const shown = others.slice(0, UNKNOWN_FILES_SHOWN_MAX).join(', ')
  const more = others.length > UNKNOWN_FILES_SHOWN_MAX ? ', …' : ''
  throw new UnavailableError(
    'localnet.folder',
    `${folder} has other files in it (${shown}${more}), and a network begins in a folder of its ` +
      'own; name another one with --folder, or move them away',
  )
}

/** Refuses a folder that is not a network's own, if one is to begin there. */
export function requirePlace(folder: string): void {
  if (!existsSync(join(folder, PLAN_NAME))) requireOwnFolder(folder)
}

/** Removes a network, but for its snapshots; where there is anything else, nothing is touched. */
export function forgetNetwork(folder: string): void {
  finishChange(folder)
  requireOwnFolder(folder)
  const [plan, unfinished] = [PLAN_NAME, UNFINISHED_PLAN_NAME].map((name) => join(folder, name))
  const made = ownNames(folder)
  // From here on there is none, and whoever comes next removes what is left of it.
  if (existsSync(plan!)) renameSync(plan!, unfinished!)
  for (const name of [...made, ...OF_THIS.filter((one) => one !== UNFINISHED_PLAN_NAME)])
    rmSync(join(folder, name), { recursive: true, force: true })
  rmSync(unfinished!, { force: true })
}
