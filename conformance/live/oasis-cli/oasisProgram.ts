/** The oasis command line itself, where it is installed. */

import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type { Program } from '../cbor/oracle.ts'

const VERSION = /^Software version: +\S+/m

function isRight(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    return VERSION.test(execFileSync(path, ['--version'], { stdio: 'pipe' }).toString())
  } catch {
    return false
  }
}

/** Finds `oasis` in PATH. It is taken as it is installed, and never built. */
export function findOasis(): Program {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const path = folders.map((folder) => join(folder, 'oasis')).find(isRight)
  if (path !== undefined) return { path, missing: false }
  return { path: 'oasis', missing: 'the oasis command line is not installed' }
}

/** How a run ended. */
export interface Ended {
  readonly said: string
  readonly isGood: boolean
}

/** Runs the program with settings in a folder of its own, so that it knows no other network. */
export async function runOasis(
  path: string,
  home: string,
  ...args: readonly string[]
): Promise<Ended> {
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home }
  try {
    const { stdout, stderr } = await promisify(execFile)(path, args, { env })
    return { said: stdout + stderr, isGood: true }
  } catch (error) {
    const { stdout = '', stderr = String(error) } = error as Partial<Record<string, string>>
    return { said: stdout + stderr, isGood: false }
  }
}
