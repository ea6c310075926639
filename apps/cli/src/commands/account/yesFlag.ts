import type { Flags } from '@wadi/node-config/command'

/** For commands that ask first. */
export const yesFlag = {
  yes: { kind: 'boolean', doc: 'do not ask whether it is to be done', fallback: false, short: 'y' },
} as const satisfies Flags
