/** The flags of every command that asks a node. */

import type { Flags, FlagsOf } from '@wadi/node-config/command'
import { nodeFlags } from '@wadi/node-config/node-flags'

/** Where the node is. */
export const addressFlags = {
  address: {
    kind: 'text',
    doc: 'remote gRPC address',
    fallback: 'unix:internal.sock',
    short: 'a',
  },
  insecure: {
    kind: 'boolean',
    doc: 'allows non-TLS connection to loopback addresses',
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
    doc: 'wait for gRPC address to become available',
    fallback: false,
  },
} as const satisfies Flags

/** The values of {@link connectionFlags}, as far as they are looked at. */
export type ConnectionFlagValues = FlagsOf<
  Pick<typeof connectionFlags, 'address' | 'insecure' | 'wait'>
>
