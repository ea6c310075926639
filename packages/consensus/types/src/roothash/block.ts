/** A runtime's blocks. */

import type { Infer, Schema } from '@wadi/cbor/codec'
import { mapped } from '@wadi/cbor/mapped'
import { u8, u16, u64 } from '@wadi/cbor/scalars'
import { arrayStruct, struct } from '@wadi/cbor/struct'
import { Hash } from '@wadi/primitives/hash'
import { parseMoment, printMoment } from '@wadi/primitives/moment'
import { Namespace } from '@wadi/primitives/namespace'

/** Why a block is there. */
export const HEADER_TYPES = {
  invalid: 0,
  normal: 1,
  roundFailed: 2,
  epochTransition: 3,
  suspended: 4,
} as const

/** Seconds since 1970: a plain number on the wire, a date in JSON. */
export const Timestamp: Schema<bigint> = mapped(u64, {
  name: 'Timestamp',
  from: (seconds) => seconds,
  to: (seconds) => seconds,
  jsonForm: {
    print: (seconds) => printMoment({ seconds: BigInt.asIntN(64, seconds), nanoseconds: 0 }),
    parse: (text) => BigInt.asUintN(64, parseMoment(text).seconds),
  },
})

/** The roots of a round; its hash is the hash of the block. */
export const Header = struct({
  version: u16,
  namespace: Namespace,
  round: u64,
  timestamp: Timestamp,
  headerType: u8,
  previousHash: Hash,
  ioRoot: Hash,
  stateRoot: Hash,
  messagesHash: Hash,
  inMsgsHash: Hash,
})
export type Header = Infer<typeof Header>

/** A block has nothing but its header: the rest is in storage, under the roots. */
export const Block = struct({ header: Header })
export type Block = Infer<typeof Block>

/** The roots of a round: the one struct that the wire shows as an array. */
export const RoundRoots = arrayStruct({ stateRoot: Hash, ioRoot: Hash })
export type RoundRoots = Infer<typeof RoundRoots>
