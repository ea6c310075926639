/**
 * X25519 by noble: audited and readable. Only tests and benchmarks use it, to hold the kernel
 * against it.
 */

import { x25519 as nobleX25519 } from '@noble/curves/ed25519.js'
import { checkKeySize, type X25519 } from './x25519.ts'

/** X25519 by noble. */
export const referenceX25519: X25519 = {
  publicKey(privateKey) {
    checkKeySize(privateKey)
    return nobleX25519.getPublicKey(privateKey)
  },
  agree(privateKey, publicKey) {
    checkKeySize(privateKey)
    checkKeySize(publicKey)
    try {
      return nobleX25519.getSharedSecret(privateKey, publicKey)
    } catch {
      // The sizes were checked, so the zero result is the only thing left to refuse.
      return undefined
    }
  },
}
