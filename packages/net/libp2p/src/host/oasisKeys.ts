/**
 * Keys of the network: Ed25519, in the dialect of the reference.
 * COMPAT(oasis-core): whatever libp2p signs (handshakes, messages, records of addresses) is signed
 * under a context of the reference. A node of plain libp2p is understood by nobody.
 */

import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PublicKey, PrivateKey } from '@libp2p/interface'
import { assert } from '@wadi/base/errors'
import type { Ed25519Provider } from '@wadi/crypto/ed25519/provider'
import { contextOf, prehash } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'

const CONTEXT = contextOf(contexts.libp2p)
const KEY_SIZE = 32

/** Bytes, or the library's list of bytes. */
interface Joinable {
  subarray(): Uint8Array
}

/** The library's form of a signer, which shows no key. */
export function privateKeyOf(signer: Signer): PrivateKey {
  const publicKey = publicKeyOf(signer.publicKey)
  return {
    type: 'Ed25519',
    publicKey,
    raw: new Uint8Array(0),
    equals: (other?: unknown) => other !== undefined && other === signer,
    sign: (message: Joinable) => signer.sign(CONTEXT, message.subarray()),
  }
}

/** The library's form of a public key. */
export function publicKeyOf(raw: Uint8Array): Ed25519PublicKey {
  assert(raw.length === KEY_SIZE, 'libp2p: a public key has 32 bytes')
  return publicKeyFromRaw(raw) as Ed25519PublicKey
}

/**
 * From now on the library checks signatures in this process as the reference does, which also
 * exchanges the check of the whole process. Handshakes and gossip call it deep inside, and take
 * nobody's argument for it.
 */
export function checkSignaturesWith(provider: Ed25519Provider): void {
  const prototype = Object.getPrototypeOf(publicKeyOf(new Uint8Array(KEY_SIZE)))
  assert(typeof prototype.verify === 'function', 'libp2p: keys of this version check otherwise')
  prototype.verify = function verify(
    this: Ed25519PublicKey,
    data: Joinable,
    signature: Uint8Array,
  ) {
    const message = prehash(CONTEXT, data.subarray())
    return provider.verifySignature({ publicKey: this.raw, message, signature })
  }
}
