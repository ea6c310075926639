/** What two nodes say to become peers, and how messages of all reactors travel afterwards. */

import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bool, bytes, int32, text, uint64 } from '@wadi/protobuf/scalars'
import { PublicKey } from '../types/publicKey.ts'

/** The first message of a secret connection: a key that is used once. */
export const EphemeralKey = message({ value: field(1, bytes) })
export type EphemeralKey = Infer<typeof EphemeralKey>

/** Shows, within the secret connection, who is speaking. */
export const AuthSignature = message({
  publicKey: field(1, embedded(PublicKey)),
  signature: field(2, bytes),
})
export type AuthSignature = Infer<typeof AuthSignature>

const ProtocolVersion = message({
  p2p: field(1, uint64),
  block: field(2, uint64),
  app: field(3, uint64),
})

const OtherInfo = message({ txIndex: field(1, text), rpcAddress: field(2, text) })

/** What a node says of itself. Nothing of it is proven but the id. */
export const NodeInfo = message({
  protocolVersion: field(1, embedded(ProtocolVersion)),
  id: field(2, text),
  listenAddr: field(3, text),
  network: field(4, text),
  version: field(5, text),
  channels: field(6, bytes),
  moniker: field(7, text),
  other: field(8, embedded(OtherInfo)),
})
export type NodeInfo = Infer<typeof NodeInfo>

const Empty = message({})

/** A piece of a message. */
const Piece = message({
  channelId: field(1, int32),
  eof: field(2, bool),
  data: field(3, bytes),
})

/** What travels on a connection between peers. */
export const Packet = oneOf({
  ping: field(1, Empty),
  pong: field(2, Empty),
  message: field(3, Piece),
})
export type Packet = Infer<typeof Packet>
