/** How a chain signs: what is put before a message, and which signatures are accepted. */

import { type Ed25519Provider, kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import type { SignedMessage } from '@wadi/crypto/ed25519/signedMessage'
import { verifyCofactorless } from '@wadi/crypto/ed25519/verifyCofactorless'
import { contextOf, prehash } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'

/** Signatures of votes, proposals and handshakes. Never throws: malformed is not valid. */
export interface SignatureDialect {
  readonly name: string
  verify(signed: SignedMessage): boolean
  /** The verdict of each, as one by one. */
  verifyAll(signed: readonly SignedMessage[]): readonly boolean[]
  /** What Ed25519 itself signs in place of the message. */
  prehash(message: Uint8Array): Uint8Array
}

const CONTEXT = contextOf(contexts.tendermint)

/** The reference network's: a context is hashed in, and points of small order are refused. */
export function createOasisDialect(provider: Ed25519Provider): SignatureDialect {
  const hashed = ({ publicKey, message, signature }: SignedMessage): SignedMessage => ({
    publicKey,
    message: prehash(CONTEXT, message),
    signature,
  })
  return {
    name: 'oasis',
    verify: (signed) => provider.verifySignature(hashed(signed)),
    verifyAll: (signed) => provider.verifySignatures(signed.map(hashed)),
    prehash: (message) => prehash(CONTEXT, message),
  }
}

/** See {@link createOasisDialect}; with the kernel. */
export const oasisDialect: SignatureDialect = createOasisDialect(kernelEd25519)

/**
 * CometBFT's own.
 * COMPAT(cometbft): 0.37 verifies with Go's library, without the cofactor, so that a batch could
 * say yes where single checks say no. Each is checked alone.
 */
export const stockDialect: SignatureDialect = {
  name: 'stock',
  verify: verifyCofactorless,
  verifyAll: (signed) => signed.map(verifyCofactorless),
  prehash: (message) => message,
}
