/** Who an enclave is: its keys, and how far it may be believed. */

import { Secret } from '@wadi/base/secret'
import { createTestSigner, testSeed } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { x25519 } from '@wadi/crypto/x25519/x25519'
import type { EnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { X25519PublicKey } from '@wadi/primitives/publicKey'
import type { Build } from './derivation.ts'
import type { Recipient } from './publishedSecret.ts'
import { insecureSealingRoot, type SealingRoot } from './sealedSecret.ts'

/** An enclave, or a program without one. */
export interface Identity {
  readonly build: Build
  /** What was measured; undefined where nothing is. */
  readonly enclave: EnclaveIdentity | undefined
  /** Signs what the enclave says. */
  readonly rak: Signer
  /** Opens what is encrypted for the enclave. */
  readonly recipient: Recipient
  readonly sealingRoot: SealingRoot
}

const REK_SEED = testSeed('ekiden test key manager REK seed').reveal()

/** Who everybody is without an enclave: keys that everybody has, and that protect nothing. */
export const insecureIdentity: Identity = {
  build: 'insecure',
  enclave: undefined,
  rak: createTestSigner('node', 'ekiden test key manager RAK seed'),
  recipient: {
    rek: X25519PublicKey.check(x25519.publicKey(REK_SEED)),
    privateKey: new Secret(REK_SEED),
  },
  sealingRoot: insecureSealingRoot,
}
