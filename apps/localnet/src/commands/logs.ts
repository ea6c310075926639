import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import type { Flags } from '@wadi/node-config/command'
import type { Json } from '@wadi/node-config/json-output'
import { networkFlags } from '../networkFlags.ts'
import { answer, networkCommand } from './answer.ts'

const logFlags = {
  ...networkFlags,
  lines: {
    kind: 'integer',
    doc: 'how many of the last lines',
    fallback: 40n,
    short: 'n',
    word: 'count',
  },
} as const satisfies Flags

const DONE = 0
const LOG = 'node.log'

/** What is in a line; the line itself if it is cut off. */
function entryOf(line: string): Json {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

/** Which nodes there are of which there is anything to print. */
function sayLogs(folder: string): string {
  const all = existsSync(folder) ? readdirSync(folder) : []
  const names = all.filter((name) => existsSync(join(folder, name, LOG))).sort()
  return names.length > 0
    ? `there are logs of ${names.join(', ')}`
    : 'nodes begin to log when the network starts for the first time'
}

/** Prints what a node said last. */
export const logs = networkCommand<typeof logFlags>({
  name: 'logs',
  summary: 'print the last lines that a node has logged',
  details: [
    '[node] is node-0, unless given; others are node-1, …, and where there are ParaTimes compute-0, …,',
    'keymanager-0 and client-0. With --engine cometbft its processes are engine-0, ….',
  ],
  examples: ['wadi localnet logs node-2 -n 100'],
  operands: '[node]',
  options: logFlags,
  run({ flags, operands: [name = 'node-0'] }, world) {
    const folder = resolve(flags.folder)
    const path = join(folder, name, LOG)
    if (!existsSync(path))
      throw new UnavailableError('localnet.state', `there is no ${path}; ${sayLogs(folder)}`)
    const all = readFileSync(path, 'utf8').trimEnd().split('\n')
    const lines = all.slice(-Number(flags.lines))
    answer(flags, world, { json: { node: name, path, lines: lines.map(entryOf) }, lines })
    return DONE
  },
})
