/** With what a node shows who it is, and checks who others are. */

import type { Aead } from '@wadi/crypto/aead/aead'
import type { X25519 } from '@wadi/crypto/x25519/x25519'

/** The node's key, in the dialect of the network. */
export interface NodeKey {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** Checks a signature in the dialect of the network. Every `SignatureDialect` is one. */
export interface SignatureCheck {
  verify(signed: {
    readonly publicKey: Uint8Array
    readonly message: Uint8Array
    readonly signature: Uint8Array
  }): boolean
}

/** The ciphers. Those of node/crypto carry twice as much as noble's. */
export interface SecretAlgorithms {
  readonly x25519: X25519
  readonly chacha20Poly1305: Aead
}
