/** Who holds the key of an account: memory, a wallet, a device that asks a person first. */

import type { SignatureContext } from '@wadi/crypto/signature/context'

/** Signs; every `Signer` of the house is one. */
export interface AccountSigner {
  readonly publicKey: Uint8Array
  /** The signature over context and message, now or later. */
  sign(context: SignatureContext, message: Uint8Array): Uint8Array | Promise<Uint8Array>
}
