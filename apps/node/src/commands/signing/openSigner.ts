/** A signer that somebody closes. */

import type { Signer } from '@wadi/crypto/signature/signer'
import type { AccountSigner } from '@wadi/sdk/account-signer'

/** Signs now or later; whoever opened it closes it. */
export interface OpenSigner extends AccountSigner, Disposable {}

/** A signer whose key is here: there is nothing to close. */
export function openHere(signer: Signer): OpenSigner {
  const { publicKey } = signer
  const sign: AccountSigner['sign'] = (context, message) => signer.sign(context, message)
  return { publicKey, sign, [Symbol.dispose]: () => undefined }
}
