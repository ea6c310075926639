/** What peers tell each other about the addresses of others. */

import type { Infer } from '@wadi/protobuf/codec'
import { field, message, repeated } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { text, uint32 } from '@wadi/protobuf/scalars'

/** Where somebody is said to listen. */
export const PeerAddress = message({
  id: field(1, text),
  ip: field(2, text),
  port: field(3, uint32),
})
export type PeerAddress = Infer<typeof PeerAddress>

/** Asks for addresses, or tells them. */
export const PexMessage = oneOf({
  request: field(1, message({})),
  addresses: field(2, message({ addresses: repeated(1, PeerAddress) })),
})
export type PexMessage = Infer<typeof PexMessage>
