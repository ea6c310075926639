import type { Flags, FlagsOf } from '@wadi/node-config/command'

/** What every command takes. */
export const wadiFlags = {
  node: {
    kind: 'text',
    doc: 'the node that is asked: unix:<path of its socket> or <host>:<port>; see wadi --help',
    fallback: '',
    word: 'place',
  },
  output: {
    kind: 'text',
    doc: 'how the answer is written: text or json',
    fallback: 'text',
    word: 'form',
  },
  verify: {
    kind: 'boolean',
    doc: 'believe only what the network proves, not what the node says',
    fallback: false,
  },
} as const satisfies Flags

/**
 * The same where they stand before the name of a command: its page says which of them it heeds.
 */
export const hiddenFlags = {
  node: { ...wadiFlags.node, isHidden: true },
  output: { ...wadiFlags.output, isHidden: true },
  verify: { ...wadiFlags.verify, isHidden: true },
} as const satisfies Flags

export type WadiFlagValues = FlagsOf<typeof wadiFlags>
