/** The flags of every command that asks a node. */

import type { Flags, FlagsOf } from '@wadi/node-config/command'
import { nodeFlags } from '@wadi/node-config/node-flags'

/** Where the node is. */
export const addressFlags = {
  address: {
    kind: 'text',
    doc: 'where the node is called: unix:<path of its socket> or <host>:<port>',
    fallback: 'unix:internal.sock',
    short: 'a',
  },
  insecure: {
    kind: 'boolean',
    doc: 'call ports of this machine without TLS',
    fallback: false,
    short: 'k',
  },
  'grpc.log.debug': nodeFlags['grpc.log.debug'],
} as const satisfies Flags

/** Where the node is, and whether it is waited for. */
export const connectionFlags = {
  ...addressFlags,
  wait: {
    kind: 'boolean',
    doc: 'wait until the node can be called',
    fallback: false,
  },
} as const satisfies Flags

/** The values of {@link connectionFlags}, as far as they are looked at. */
export type ConnectionFlagValues = FlagsOf<
  Pick<typeof connectionFlags, 'address' | 'insecure' | 'wait'>
>
