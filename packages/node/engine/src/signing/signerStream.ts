/** A signer at the other end of a stream of bytes, whatever carries them. */

import { concatBytes, EMPTY_BYTES } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { encodeDelimited, readDelimiter } from '@wadi/protobuf/codec'
import { SIGNER_MESSAGE_BYTES_MAX } from './limits.ts'
import type { RemoteSigner, SignerLink } from './remoteSigner.ts'
import { SignerMessage } from './signerMessages.ts'

/** The way to the other end. */
export interface SignerPipe {
  write(bytes: Uint8Array): void
  /** Hangs up; `ended` may be told after it or not. */
  close(): void
}

/** What came from there. */
export interface SignerStream {
  received(bytes: Uint8Array): void
  ended(): void
}

/** The signer is there: it takes the place of the one before. */
export function attachSigner(signer: RemoteSigner, pipe: SignerPipe): SignerStream {
  let buffer: Uint8Array = EMPTY_BYTES
  const link: SignerLink = {
    send: (message) => pipe.write(encodeDelimited(SignerMessage, message)),
    close: () => pipe.close(),
  }
  const take = (): Uint8Array | undefined => {
    const delimiter = readDelimiter(buffer, { sizeMax: SIGNER_MESSAGE_BYTES_MAX })
    const end = delimiter && delimiter.start + delimiter.length
    if (delimiter === undefined || end === undefined || end > buffer.length) return undefined
    const message = buffer.subarray(delimiter.start, end)
    buffer = buffer.subarray(end)
    return message
  }
  signer.attach(link)
  return {
    received(bytes) {
      buffer = concatBytes(buffer, bytes)
      try {
        for (let message = take(); message !== undefined; message = take())
          signer.receive(link, message)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        signer.detach(link)
        pipe.close()
      }
    },
    ended: () => signer.detach(link),
  }
}
