/** Where a network is kept, and how a command answers: flags of every command. */

import { join } from 'node:path'
import type { Flags } from '@wadi/node-config/command'

export const networkFlags = {
  folder: {
    kind: 'text',
    doc: 'where the network is kept, seen from the current folder',
    fallback: join('.wadi', 'localnet'),
    word: 'folder',
  },
  output: {
    kind: 'text',
    doc: 'how the answer is written: text or json',
    fallback: 'text',
    word: 'form',
  },
} as const satisfies Flags
