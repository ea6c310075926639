import { existsSync, readFileSync } from 'node:fs'
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

/** What is in a line; the line itself if it is cut off. */
function entryOf(line: string): Json {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

/** Prints what a node said last. */
export const logs = networkCommand<typeof logFlags>({
  name: 'logs',
  summary: 'print the last lines that a node has logged',
  details: ['[node] is node-0, unless given; the others are node-1, node-2, …'],
  examples: ['wadi localnet logs node-2 -n 100'],
  operands: '[node]',
  options: logFlags,
  run({ flags, operands: [name = 'node-0'] }, world) {
    const path = join(resolve(flags.folder), name, 'node.log')
    if (!existsSync(path))
      throw new UnavailableError(
        'localnet.state',
        `there is no ${path}; nodes are called node-0, node-1, …, and begin with the network`,
      )
    const all = readFileSync(path, 'utf8').trimEnd().split('\n')
    const lines = all.slice(-Number(flags.lines))
    answer(flags, world, { json: { node: name, path, lines: lines.map(entryOf) }, lines })
    return DONE
  },
})
