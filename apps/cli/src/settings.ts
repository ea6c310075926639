/** What a person has settled once for all: `config.yml` in the folder of their accounts. */

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { nearestName } from '@wadi/base/nearestName'
import type { CommandWorld } from '@wadi/node-config/command'
import { parse, YAMLParseError } from 'yaml'
import { errors } from './errors.ts'
import { readText } from './terminal/files.ts'

/** See the top of this file. */
export interface Settings {
  /** Which node is asked: `unix:<path>` or `<host>:<port>`. */
  readonly node?: string
  /** Whose account is used. */
  readonly account?: string
  /** The network that the node must be of; then no other one is ever signed for. */
  readonly chainContext?: string
  /** Other nodes, with commas between, who witness for --verify what the node says. */
  readonly witnesses?: string
  /** A block that is known to be of the network: `<height>:<hash>`. */
  readonly trust?: string
}

const KEYS = {
  node: 'node',
  account: 'account',
  chain_context: 'chainContext',
  witnesses: 'witnesses',
  trust: 'trust',
} as const
const WHAT = 'a file with settings, or none'

type Environment = CommandWorld['environment']

/** Where settings and accounts are. */
export function configFolder({ XDG_CONFIG_HOME, HOME }: Environment): string {
  return join(XDG_CONFIG_HOME || join(HOME || homedir(), '.config'), 'wadi')
}

/** Where the settings are. */
export function settingsPath(environment: Environment): string {
  return join(configFolder(environment), 'config.yml')
}

function isKey(name: string): name is keyof typeof KEYS {
  return Object.hasOwn(KEYS, name)
}

function describeUnknown(path: string, name: string): string {
  const nearest = nearestName(name, Object.keys(KEYS))
  const remedy = nearest === undefined ? `use ${Object.keys(KEYS).join(', ')}` : `write ${nearest}`
  return `${path} has the key ${JSON.stringify(name)}, which nobody knows; ${remedy}`
}

/** The settings; none if there is no file. */
export function loadSettings(environment: Environment): Settings {
  const path = settingsPath(environment)
  if (!existsSync(path)) return {}
  let values: unknown
  try {
    values = parse(readText(path, WHAT), { maxAliasCount: 0 }) ?? {}
  } catch (error) {
    // An alias, of which none is needed, is a ReferenceError of the parser.
    const isTheirs = error instanceof YAMLParseError || error instanceof ReferenceError
    if (!isTheirs) throw error
    const [why] = error.message.split('\n')
    throw errors.badFile(`${path} is no YAML (${why}); correct it, or remove it`)
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw errors.badFile(`${path} has no keys; write lines such as node: unix:<path>`)
  const settings: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    if (!isKey(name)) throw errors.badFile(describeUnknown(path, name))
    if (typeof value !== 'string')
      throw errors.badFile(`${name} in ${path} is no text; write it in quotes`)
    settings[KEYS[name]] = value
  }
  return settings
}
