import type { Flags } from '@wadi/node-config/command'

/** Say more. */
export const verboseFlag = {
  verbose: { kind: 'boolean', doc: 'say more', fallback: false, short: 'v' },
} as const satisfies Flags
