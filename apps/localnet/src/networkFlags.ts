/** Where a network is kept: a flag of every command. */

import { join } from 'node:path'
import type { Flags } from '@wadi/node-config/command'

export const networkFlags = {
  folder: {
    kind: 'text',
    doc: 'where the network is kept',
    fallback: join('.wadi', 'localnet'),
    word: 'folder',
  },
} as const satisfies Flags
