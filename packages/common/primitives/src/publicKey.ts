import { bytesOf, type FixedBytes } from '@wadi/cbor/scalars'

/**
 * An Ed25519 public key, and so the identifier of an entity or a node.
 * That it is a point of the curve is checked by whoever verifies a signature.
 */
export type PublicKey = FixedBytes<'PublicKey'>
export const PublicKey = bytesOf('PublicKey', 32)

/** An X25519 public key: the enclaves' key for encryption (REK). */
export type X25519PublicKey = FixedBytes<'X25519PublicKey'>
export const X25519PublicKey = bytesOf('X25519PublicKey', 32)
