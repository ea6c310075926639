/** What a check has: the published client, connected with a node, and somebody who signs. */

import type * as oasis from '@oasisprotocol/client'

export type Oasis = typeof oasis
export type Client = oasis.client.NodeInternal

/** See the top of this file. */
export interface Scene {
  readonly oasis: Oasis
  readonly client: Client
  /** Of an account that nobody else uses meanwhile, as the client's signer takes it. */
  readonly secretKey: Uint8Array
}

/** Something that has to hold, wherever the client runs. */
export interface Check {
  readonly name: string
  run(scene: Scene): Promise<void>
}

/** Somebody with tokens, as the client signs. */
export interface Account {
  readonly signer: oasis.signature.ContextSigner
  readonly publicKey: Uint8Array
  readonly address: Uint8Array
}

/** The account of a scene. */
export function accountOf({ oasis, secretKey }: Scene): Account {
  const { NaclSigner, BlindContextSigner } = oasis.signature
  const signer = NaclSigner.fromSecret(secretKey, 'this key is not important')
  const publicKey = signer.public()
  const address = oasis.staking.addressFromPublicKey(publicKey)
  return { signer: new BlindContextSigner(signer), publicKey, address }
}
