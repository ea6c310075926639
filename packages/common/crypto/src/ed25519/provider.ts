/**
 * Who checks Ed25519 signatures. Rules take a provider as an argument; the kernel is the default,
 * and whoever brings another (native code) runs the compliance suite: it must accept exactly what
 * the kernel accepts, because that is consensus.
 */

import { verifySignatures } from './batch.ts'
import type { SignedMessage } from './signedMessage.ts'
import { verifySignature } from './verify.ts'

/** Checks signatures by the rules of the reference. Never throws: malformed is not valid. */
export interface Ed25519Provider {
  verifySignature(signed: SignedMessage): boolean
  /** The verdict of each, as one by one. */
  verifySignatures(signed: readonly SignedMessage[]): readonly boolean[]
}

/** The WebAssembly kernel: on any machine, with the same answers. */
export const kernelEd25519: Ed25519Provider = { verifySignature, verifySignatures }
