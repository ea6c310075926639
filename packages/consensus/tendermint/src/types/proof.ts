import type { Infer } from '@wadi/protobuf/codec'
import { field, message, repeated } from '@wadi/protobuf/message'
import { bytes, int64, text } from '@wadi/protobuf/scalars'

/** `tendermint.crypto.Proof`: see `merkleProof.ts` for what it proves. */
export const Proof = message({
  total: field(1, int64),
  index: field(2, int64),
  leafHash: field(3, bytes),
  aunts: repeated(4, bytes),
})
export type Proof = Infer<typeof Proof>

/** A step of a proof of another kind. */
export const ProofOp = message({
  type: field(1, text),
  key: field(2, bytes),
  data: field(3, bytes),
})
export type ProofOp = Infer<typeof ProofOp>

/** Steps of a proof; answers of an application may have such. */
export const ProofOps = message({ ops: repeated(1, ProofOp) })
export type ProofOps = Infer<typeof ProofOps>
