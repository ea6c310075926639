/** Folders to tarballs, by npm. */

import { mkdirSync } from 'node:fs'
import { UnavailableError } from '@wadi/base/errors'
import { runProgram } from '../runProgram.ts'

/** A tarball as npm describes it. */
export interface Tarball {
  readonly name: string
  /** Bytes. */
  readonly size: number
}

const LIMIT_MS = 300_000

/** Runs npm, which may be the one that runs us. */
export async function runNpm(args: readonly string[]): Promise<string> {
  const npm = process.env['npm_execpath']
  const [program, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const done = await runProgram(program, [...before, ...args], { limitMs: LIMIT_MS })
  if (done.code === 0) return done.output
  throw new UnavailableError('pack.npm', `npm ${args[0]}: ${done.reason}\n${done.output}`)
}

/** Packs each folder into a tarball in `target`. */
export async function packFolders(
  folders: readonly string[],
  target: string,
): Promise<readonly Tarball[]> {
  mkdirSync(target, { recursive: true })
  const told = ['--json', '--loglevel=error', '--ignore-scripts']
  const output = await runNpm(['pack', ...told, '--pack-destination', target, ...folders])
  return JSON.parse(output.slice(output.indexOf('['))) as readonly Tarball[]
}
