import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { command, type Flags } from '@wadi/node-config/command'
import { networkFlags } from '../networkFlags.ts'

const logFlags = {
  ...networkFlags,
  lines: { kind: 'integer', doc: 'how many of the last lines', fallback: 40n, short: 'n' },
} as const satisfies Flags

const DONE = 0

/** Prints what a node said last. */
export const logs = command<typeof logFlags>({
  name: 'logs',
  summary: 'print the last lines that a node has logged',
  operands: '[node]',
  options: logFlags,
  run({ flags, operands: [name = 'node-0'] }, { out }) {
    const path = join(resolve(flags.folder), name, 'node.log')
    if (!existsSync(path))
      throw new UnavailableError(
        'localnet.usage',
        `there is no ${path}; nodes are called node-0, node-1, …, and begin with the network`,
      )
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    out.write(`${lines.slice(-Number(flags.lines)).join('\n')}\n`)
    return DONE
  },
})
