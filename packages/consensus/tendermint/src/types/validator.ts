import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, int64 } from '@wadi/protobuf/scalars'
import { PublicKey } from './publicKey.ts'

/** Who votes, with what power, and how near it is to its turn to propose. */
export const Validator = message({
  address: field(1, bytes),
  publicKey: field(2, embedded(PublicKey)),
  votingPower: field(3, int64),
  proposerPriority: field(4, int64),
})
export type Validator = Infer<typeof Validator>
