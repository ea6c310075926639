/** A file in the folder of a network that says which process runs it. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const NAME = 'running.pid'

/** The process that runs the network of a folder; undefined if none does. */
export function processOf(folder: string): number | undefined {
  const path = join(folder, NAME)
  if (!existsSync(path)) return undefined
  const pid = Number(readFileSync(path, 'utf8'))
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined
}

/** Says that this process runs it; returns how to say that it does not any more. */
export function markRunning(folder: string): () => void {
  const path = join(folder, NAME)
  writeFileSync(path, `${process.pid}\n`)
  return () => rmSync(path, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only asks whether one could be sent.
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
