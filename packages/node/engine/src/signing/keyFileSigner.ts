import { signMessage } from '@wadi/crypto/ed25519/sign'
import { requireKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { PublicKey } from '@wadi/primitives/publicKey'
import { FileSigner } from './fileSigner.ts'
import type { LastSignFileOptions } from './lastSignFile.ts'

/** Where the key is, and what goes with it. */
export interface KeyFileSignerOptions extends Omit<LastSignFileOptions, 'publicKey'> {
  /** The reference's `consensus.pem`. */
  readonly keyPath: string
}

/** The signer of a key file, which only its owner may read; the key stays in this process. */
export function openKeyFileSigner({ keyPath, ...rest }: KeyFileSignerOptions): FileSigner {
  const { publicKey, seed } = requireKeyFile(keyPath)
  return new FileSigner({
    ...rest,
    publicKey: PublicKey.check(publicKey),
    sign: (message) =>
      signMessage({ seed: seed.reveal(), publicKey }, rest.dialect.prehash(message)),
  })
}
