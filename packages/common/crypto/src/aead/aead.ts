/** Authenticated encryption with associated data: the face of every cipher of the house. */

import { definePlainErrors } from '@wadi/base/errors'
import { AEAD_BYTES_MAX } from '../limits.ts'

export const errors = definePlainErrors('aead', {
  badKeySize: 'key has the wrong size',
  badNonceSize: 'nonce has the wrong size',
  tooLong: 'message is too long',
  openFailed: 'message authentication failed',
})

/** Bytes of every tag in use. */
export const TAG_BYTES = 16

/** One key in use. It holds secrets until `wipe`; afterwards it must not be used. */
export interface AeadKey {
  /** Encrypts the text; the result is the ciphertext with the tag behind it. */
  seal(nonce: Uint8Array, text: Uint8Array, associatedData: Uint8Array): Uint8Array
  /** Decrypts what `seal` made; anything else is `openFailed`, and none of its text leaves. */
  open(nonce: Uint8Array, sealed: Uint8Array, associatedData: Uint8Array): Uint8Array
  /** As `seal` without associated data, into a target of the very size. Not every key has it. */
  sealInto?(nonce: Uint8Array, text: Uint8Array, target: Uint8Array): void
  /** As `open`, likewise: nothing is written if it fails. */
  openInto?(nonce: Uint8Array, sealed: Uint8Array, target: Uint8Array): void
  /** Overwrites the key. */
  wipe(): void
}

/** An AEAD algorithm: takes a key into use. The key's bytes are copied. */
export interface Aead {
  readonly keyBytes: number
  readonly nonceBytes: number
  useKey(key: Uint8Array): AeadKey
}

/** Refuses a key or nonce of another size. */
export function checkKeySize({ keyBytes }: Aead, key: Uint8Array): void {
  if (key.length !== keyBytes) throw errors.badKeySize(`${key.length} bytes`)
}

/** Refuses what `seal` must not be asked. */
export function checkSealInput(
  { nonceBytes }: Aead,
  nonce: Uint8Array,
  text: Uint8Array,
  associatedData: Uint8Array,
): void {
  if (nonce.length !== nonceBytes) throw errors.badNonceSize(`${nonce.length} bytes`)
  if (text.length > AEAD_BYTES_MAX) throw errors.tooLong(`${text.length} bytes of text`)
  if (associatedData.length > AEAD_BYTES_MAX) {
    throw errors.tooLong(`${associatedData.length} bytes of associated data`)
  }
}

/** Refuses what no `seal` can have made; the result is how long the text is. */
export function checkOpenInput(
  { nonceBytes }: Aead,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): number {
  if (nonce.length !== nonceBytes) throw errors.badNonceSize(`${nonce.length} bytes`)
  if (sealed.length < TAG_BYTES) throw errors.openFailed('shorter than a tag')
  if (sealed.length > AEAD_BYTES_MAX + TAG_BYTES || associatedData.length > AEAD_BYTES_MAX) {
    throw errors.tooLong(`${sealed.length} and ${associatedData.length} bytes`)
  }
  return sealed.length - TAG_BYTES
}
