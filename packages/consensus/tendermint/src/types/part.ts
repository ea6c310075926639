import type { Infer } from '@wadi/protobuf/codec'
import { embedded, field, message } from '@wadi/protobuf/message'
import { bytes, uint32 } from '@wadi/protobuf/scalars'
import { Proof } from './proof.ts'

/** A piece of an encoded block, and the proof that it is one. */
export const Part = message({
  index: field(1, uint32),
  bytes: field(2, bytes),
  proof: field(3, embedded(Proof)),
})
export type Part = Infer<typeof Part>
