import type { Flags, FlagsOf } from '@wadi/node-config/command'

/** What every command takes. */
export const wadiFlags = {
  node: {
    kind: 'text',
    doc: 'the node that is asked: unix:<path> or <host>:<port>',
    fallback: '',
    word: 'node',
  },
  output: {
    kind: 'text',
    doc: 'how the answer is written: text or json',
    fallback: 'text',
    word: 'form',
  },
  verify: {
    kind: 'boolean',
    doc: 'believe only what the network proves',
    fallback: false,
  },
} as const satisfies Flags

export type WadiFlagValues = FlagsOf<typeof wadiFlags>
