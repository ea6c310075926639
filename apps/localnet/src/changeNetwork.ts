/**
 * Changes of a whole network, which happen or do not, whatever breaks in the middle: what is to be
 * is prepared beside it, and put in its place when it is whole. What a process has begun to put in
 * place the next one that uses the folder goes on with.
 */

import {
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Whole: it is put in place. */
const PREPARED = 'prepared'
const UNFINISHED = 'prepared.unfinished'
/** Names of what is not to be there any more. */
const GONE = 'gone.json'
/** What nodes say goes on, wherever they are taken back to. */
const LOG = /^(node|said)\.log/

/** What this may leave in a folder. */
export const CHANGE_NAMES: readonly string[] = [PREPARED, UNFINISHED]

/** What a network is to be: files and folders by their names, put into a folder. */
export interface NetworkChange {
  /** Which of the network's own are to be there no more. */
  readonly gone?: readonly string[]
  /** Whatever it puts there replaces what has that name now. */
  prepare(to: string): void | Promise<void>
}

/** Changes a network that does not run. */
export async function changeNetwork(folder: string, change: NetworkChange): Promise<void> {
  finishChange(folder)
  const unfinished = join(folder, UNFINISHED)
  mkdirSync(unfinished)
  try {
    await change.prepare(unfinished)
    writeFileSync(join(unfinished, GONE), JSON.stringify(change.gone ?? []))
    renameSync(unfinished, join(folder, PREPARED))
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  finishChange(folder)
}

/** Goes on with a change that was prepared; one that was not has never happened. */
export function finishChange(folder: string): void {
  rmSync(join(folder, UNFINISHED), { recursive: true, force: true })
  const prepared = join(folder, PREPARED)
  if (!existsSync(prepared)) return
  for (const name of goneIn(prepared)) rmSync(join(folder, name), { recursive: true, force: true })
  // Whatever is still here is not in its place yet.
  for (const name of readdirSync(prepared))
    if (name !== GONE) replace(join(prepared, name), join(folder, name))
  rmSync(prepared, { recursive: true })
}

function goneIn(prepared: string): readonly string[] {
  const path = join(prepared, GONE)
  // It goes last.
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : []
}

function replace(from: string, to: string): void {
  if (lstatSync(from).isDirectory() && existsSync(to)) {
    for (const name of readdirSync(to))
      if (LOG.test(name) && !existsSync(join(from, name)))
        renameSync(join(to, name), join(from, name))
    rmSync(to, { recursive: true })
  }
  renameSync(from, to)
}

/** Copies the folder of a node that does not run, without its logs and some other names in it. */
export function copyNode(from: string, to: string, without: readonly string[] = []): void {
  const isKept = (path: string) => {
    if (dirname(path) === from && (LOG.test(basename(path)) || without.includes(basename(path))))
      return false
    // Sockets cannot be copied, and are made again.
    const stat = lstatSync(path)
    return stat.isFile() || stat.isDirectory()
  }
  copy(from, to, isKept)
}

/** Copies files and folders; where the disk can, it shares what does not change. */
export function copy(from: string, to: string, filter: (path: string) => boolean = () => true) {
  const mode = constants.COPYFILE_FICLONE
  cpSync(from, to, { recursive: true, preserveTimestamps: true, mode, filter })
}
