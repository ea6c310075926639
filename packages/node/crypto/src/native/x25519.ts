/** X25519 by OpenSSL. PERF: ×0.4 of the kernel's rate; see providers.bench.ts. */

import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { checkKeySize, type X25519 } from '@wadi/crypto/x25519/x25519'

function privateKeyOf(key: Uint8Array): KeyObject {
  checkKeySize(key)
  return createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: 'x25519' })
}

function publicKeyOf(key: Uint8Array): KeyObject {
  checkKeySize(key)
  return createPublicKey({ key, format: 'raw-public', asymmetricKeyType: 'x25519' })
}

/** X25519 by OpenSSL. */
export const nativeX25519: X25519 = {
  publicKey(privateKey) {
    return new Uint8Array(
      createPublicKey(privateKeyOf(privateKey)).export({ format: 'raw-public' }),
    )
  },
  agree(privateKey, publicKey) {
    const keys = { privateKey: privateKeyOf(privateKey), publicKey: publicKeyOf(publicKey) }
    try {
      return new Uint8Array(diffieHellman(keys))
    } catch {
      // The keys were taken, so the zero result is the only thing left to refuse.
      return undefined
    }
  },
}
