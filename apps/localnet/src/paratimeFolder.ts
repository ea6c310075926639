/** A ParaTime in a folder of somebody's, as `wadi paratime new` makes it. */

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { KnownParatime } from '@wadi/compose/network-paratimes'
import { Namespace } from '@wadi/primitives/namespace'
import { printVersion, type Version } from '@wadi/primitives/version'

const ID = /^[0-9a-f]{64}$/

function refuse(why: string, cause?: unknown): UnavailableError {
  return new UnavailableError('usage.paratime', why, { cause })
}

/** Reads what `wadi paratime new` made, and somebody has changed since. */
export async function loadParatime(path: string): Promise<KnownParatime> {
  const folder = resolve(path)
  const said = join(folder, 'paratime.json')
  const program = join(folder, 'program.ts')
  const module = join(folder, 'paratime.ts')
  const missing = [said, program, module].find((file) => !existsSync(file))
  if (missing !== undefined)
    throw refuse(`${missing} is not there; make a ParaTime with wadi paratime new <name>`)
  return { ...readSaid(said), version: await versionOf(module), module: program }
}

function readSaid(path: string): Pick<KnownParatime, 'name' | 'id' | 'wantsKeys'> {
  try {
    const { name, id, keyManager: wantsKeys = false } = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof wantsKeys !== 'boolean')
      throw refuse(`${path} says neither true nor false of keyManager; write one of them`)
    if (typeof name === 'string' && name !== '' && typeof id === 'string' && ID.test(id))
      return { name, id: Namespace.check(parseHex(id)), wantsKeys }
  } catch (error) {
    const isOfFile = error instanceof SyntaxError || error instanceof TypeError
    if (!isOfFile && !(error instanceof CodedError)) throw error
  }
  throw refuse(`${path} has no name, or no id of 64 hexadecimal digits; write them in`)
}

async function versionOf(path: string): Promise<Version> {
  const { paratime } = (await import(pathToFileURL(path).href)) as {
    readonly paratime?: { readonly version?: Version }
  }
  try {
    if (paratime?.version !== undefined && !/NaN|undefined/.test(printVersion(paratime.version)))
      return paratime.version
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  throw refuse(`${path} exports no paratime with a version; see the example of the SDK`)
}
