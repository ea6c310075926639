/** Who holds a private key and signs with it: memory, a file, a device. */

import type { SignatureContext } from './context.ts'
import type { KeyRole } from './keyRole.ts'

/** Signs; never shows its key, neither by text nor by JSON. */
export interface Signer {
  readonly publicKey: Uint8Array
  readonly role: KeyRole
  /** The deterministic signature over context and message. */
  sign(context: SignatureContext, message: Uint8Array): Uint8Array
}

/** A signer that can also prove outputs of the random function. */
export interface VrfSigner extends Signer {
  readonly role: 'vrf'
  prove(alpha: Uint8Array): Uint8Array
}
