/**
 * Who uses the folder of a network. One process at a time runs or changes it; nodes in processes of
 * their own hold locks too, so that those which something has left alone are found. Which process
 * runs it a file says, that is believed only while the lock is held: numbers of processes are used
 * again, and files outlive them.
 */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { findHeldLock } from '@wadi/node-config/data-folder'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { lockHolder } from './lockHolder.ts'

/** A node whose folder is in use. */
export interface Holder {
  readonly name: string
  /** Undefined if the system does not say. */
  readonly pid: number | undefined
}

/** A folder that is this process's until it is released, or the process ends. */
export interface FolderHold {
  /** Says that this process runs the network, and not only changes it. */
  markRunning(): void
  release(): void
}

const LOCK = 'network.lock'
const MARK = 'running.pid'
/** What this may leave in a folder. */
export const HOLD_NAMES: readonly string[] = [LOCK, MARK]

function refuse(why: string): UnavailableError {
  return new UnavailableError('localnet.state', why)
}

/** The nodes in a folder that a process runs, this one or another. */
export function runningNodes(folder: string): readonly Holder[] {
  if (!existsSync(folder)) return []
  const folders = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory())
  return folders.flatMap(({ name }) => {
    const dataDir = join(folder, name)
    const lock = findHeldLock(dataDir, nodeFiles)
    return lock === undefined ? [] : [{ name, pid: lockHolder(join(dataDir, lock)) }]
  })
}

/** Which nodes run, in words. */
export function sayNodes(nodes: readonly Holder[]): string {
  const words = nodes.map(({ name, pid }) => `${name} (process ${pid ?? 'unknown'})`)
  return words.join(', ')
}

/** Refuses a folder in which nodes run: whatever writes there would write with them. */
function requireNoNodes(folder: string): void {
  const nodes = runningNodes(folder)
  if (nodes.length > 0)
    throw refuse(
      `nodes of the network in ${folder} still run: ${sayNodes(nodes)}; end them with stop first`,
    )
}

/** Takes a folder for this process, unless another one has it. */
export function holdFolder(folder: string): FolderHold {
  nodeFiles.makeFolder(folder)
  const path = join(folder, LOCK)
  const lock = nodeFiles.lock(path)
  if (lock === undefined) {
    const which = `another process (${lockHolder(path) ?? 'unknown'})`
    throw refuse(`${which} begins, runs or changes the network in ${folder}; stop it first`)
  }
  try {
    requireNoNodes(folder)
  } catch (error) {
    lock.release()
    throw error
  }
  const mark = join(folder, MARK)
  const unmark = () => rmSync(mark, { force: true })
  // Whoever left it there has ended: the lock was free.
  unmark()
  return {
    markRunning: () => writeFileSync(mark, `${process.pid}\n`),
    release() {
      unmark()
      lock.release()
    },
  }
}

/** Whoever ends removes it, also while somebody looks. */
function readMark(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, MARK), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}

/** The process that runs the network of a folder; undefined if none does. */
export function processOf(folder: string): number | undefined {
  const mark = readMark(folder)
  if (mark === undefined || !nodeFiles.isLocked(join(folder, LOCK))) return undefined
  const pid = Number(mark)
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

/** Refuses a folder that anybody uses. */
export function requireUnused(folder: string): void {
  // Nothing is written into a folder of something else.
  if (existsSync(join(folder, LOCK))) holdFolder(folder).release()
  else requireNoNodes(folder)
}
