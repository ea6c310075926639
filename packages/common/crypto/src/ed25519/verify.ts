/** Checking one Ed25519 signature, with the rules of the reference (see {@link decodeEntry}). */

import { decodeEntry, holds } from './entry.ts'
import { ed25519Kernel } from './kernel/kernel.ts'
import type { SignedMessage } from './signedMessage.ts'

/**
 * Is the signature valid: 8(SB) = 8(R + kA)? Anything malformed is not. The rule multiplies by
 * the cofactor, so that a batch accepts exactly what single checks accept.
 */
export function verifySignature(signed: SignedMessage): boolean {
  const kernel = ed25519Kernel()
  return decodeEntry(kernel, 0, signed) !== undefined && holds(kernel, 0)
}
