/**
 * Copies of a whole network under a name: what it is made of, where it begins, and the folder of
 * each node with all that it has stored and signed. So a copy outlives the network that it is of.
 */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { changeNetwork, copy, copyNode } from './changeNetwork.ts'
import { madeNames, type NetworkFiles, readPlan } from './networkFiles.ts'
import { GENESIS_NAME, PLAN_NAME } from './networkPlaces.ts'
import { requireOwnEngine } from './requireOwnEngine.ts'

/** Where they are in the folder of a network. */
export const SNAPSHOTS_NAME = 'snapshots'
const UNFINISHED = '.unfinished'
const NAME = /^[\w.-]{1,64}$/

function refuse(why: string): UnavailableError {
  return new UnavailableError('localnet.snapshot', why)
}

/** Copies a network that does not run. */
export function snapshotNetwork(files: NetworkFiles, name: string): void {
  requireOwnEngine(files)
  const { folder, nodes } = files
  const to = snapshotFolder(folder, name)
  if (existsSync(to)) throw refuse(`there is a snapshot ${name}; choose another name`)
  const unfinished = `${to}${UNFINISHED}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  for (const file of [PLAN_NAME, GENESIS_NAME]) copy(join(folder, file), join(unfinished, file))
  for (const { name: node, dataDir } of nodes) copyNode(dataDir, join(unfinished, node))
  renameSync(unfinished, to)
}

/** Makes a network that does not run what it was when it was copied. */
export async function restoreNetwork(files: NetworkFiles, name: string): Promise<void> {
  requireOwnEngine(files)
  const { folder } = files
  const from = snapshotFolder(folder, name)
  if (!existsSync(from)) {
    const others = listSnapshots(folder).join(', ') || 'none'
    throw refuse(`there is no snapshot ${name}; there are: ${others}`)
  }
  if (!existsSync(join(from, PLAN_NAME)))
    throw refuse(
      `${from} does not say which network it is of: another version of this program made it; remove it`,
    )
  const restored = madeNames(readPlan(join(from, PLAN_NAME)))
  const gone = madeNames(readPlan(join(folder, PLAN_NAME))).filter((one) => !restored.includes(one))
  await changeNetwork(folder, { gone, prepare: (to) => copy(from, to) })
}

/** The names of all copies. */
export function listSnapshots(folder: string): readonly string[] {
  const path = join(folder, SNAPSHOTS_NAME)
  return existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith(UNFINISHED)) : []
}

function snapshotFolder(folder: string, name: string): string {
  if (!NAME.test(name) || name.startsWith('.') || name.endsWith(UNFINISHED))
    throw refuse(`${name} is no name for a snapshot; letters, digits, dots and dashes are`)
  return join(folder, SNAPSHOTS_NAME, name)
}
