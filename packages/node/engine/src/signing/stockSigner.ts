import { signMessage } from '@wadi/crypto/ed25519/sign'
import { PublicKey } from '@wadi/primitives/publicKey'
import { FileSigner } from './fileSigner.ts'
import type { LastSignFileOptions } from './lastSignFile.ts'
import { stockForm } from './lastSignForm.ts'
import { loadStockKeyFile } from './stockKeyFile.ts'

/** Where CometBFT keeps a validator. */
export interface StockSignerOptions extends Omit<LastSignFileOptions, 'publicKey' | 'form'> {
  /** `config/priv_validator_key.json`; `folder` is where `priv_validator_state.json` is. */
  readonly keyPath: string
}

/**
 * The signer of a validator that CometBFT was before, or will be again: its key, and what it signed
 * last, in its own files. Only one of the two may run at a time: CometBFT takes no lock.
 */
export function openStockSigner({ keyPath, ...rest }: StockSignerOptions): FileSigner {
  const { publicKey, seed } = loadStockKeyFile(keyPath)
  return new FileSigner({
    ...rest,
    form: stockForm,
    publicKey: PublicKey.check(publicKey),
    sign: (message) =>
      signMessage({ seed: seed.reveal(), publicKey }, rest.dialect.prehash(message)),
  })
}
