import type { Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { bytes, bytesOf, type FixedBytes } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { PublicKey } from './publicKey.ts'

/** An Ed25519 signature without its key. */
export type RawSignature = FixedBytes<'RawSignature'>
export const RawSignature = bytesOf('RawSignature', 64)

/** A signature and the key that it claims to be by. */
export const Signature = struct({ publicKey: PublicKey, signature: RawSignature })
export type Signature = Infer<typeof Signature>

/** An encoded value and somebody's signature over it. What is inside is not to be trusted yet. */
export const Signed = struct({ untrustedRawValue: nilable(bytes), signature: Signature })
export type Signed = Infer<typeof Signed>

/** An encoded value and the signatures of several keys over it. */
export const MultiSigned = struct({
  untrustedRawValue: nilable(bytes),
  signatures: nilable(list(Signature)),
})
export type MultiSigned = Infer<typeof MultiSigned>

/** A VRF proof without its key. */
export type RawProof = FixedBytes<'RawProof'>
export const RawProof = bytesOf('RawProof', 80)

/** A VRF proof and the key that it is by. */
export const Proof = struct({ publicKey: PublicKey, proof: RawProof })
export type Proof = Infer<typeof Proof>
