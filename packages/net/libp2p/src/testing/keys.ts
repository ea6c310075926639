/** Keys for tests: of signers, and some that nobody has. */

import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { PublicKey } from '@wadi/primitives/publicKey'

export function signerOf(name: string): Signer {
  return createTestSigner('p2p', name)
}

/** A key of nobody. */
export function key(fill: number): PublicKey {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(28, fill)
  return PublicKey.check(bytes)
}
