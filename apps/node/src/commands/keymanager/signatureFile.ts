/** A signature and its key in a file: two blocks of PEM. */

import { encodePem, parsePemOfSize } from '@wadi/node-crypto/keys/pem'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature, type Signature } from '@wadi/primitives/signed'
import { errors } from '../transaction/commandErrors.ts'
import { readNamedText, writeNamedFile } from '../transaction/textFile.ts'

const KEY_TYPE = 'ED25519 PUBLIC KEY'
const SIGNATURE_TYPE = 'ED25519 SIGNATURE'
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const SECOND_BLOCK = `-----BEGIN ${SIGNATURE_TYPE}-----`

function parseSignature(text: string): Signature {
  const at = text.indexOf(SECOND_BLOCK)
  if (at < 0) throw errors.badFile('there is no signature in it')
  const publicKey = parsePemOfSize(KEY_TYPE, text.slice(0, at), KEY_BYTES)
  const signature = parsePemOfSize(SIGNATURE_TYPE, text.slice(at), SIGNATURE_BYTES)
  return { publicKey: PublicKey.check(publicKey), signature: RawSignature.check(signature) }
}

/** Reads it. */
export function readSignature(path: string): Signature {
  return readNamedText(path, 'a signature of a policy, in PEM', parseSignature)
}

/** Writes it. */
export function writeSignature(path: string, { publicKey, signature }: Signature): void {
  const blocks = [encodePem(KEY_TYPE, publicKey), encodePem(SIGNATURE_TYPE, signature)]
  writeNamedFile(path, blocks.join(''))
}
