/** What a signature is checked against. */

/** Bytes of an Ed25519 public key. */
export const PUBLIC_KEY_BYTES = 32
/** Bytes of an Ed25519 signature: the point R and the scalar S. */
export const SIGNATURE_BYTES = 64

/** A signature, the message that it signs (as signed: no context is added) and the key. */
export interface SignedMessage {
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}
