/** PEM blocks: one block of one type in a file. */

import { parseBase64, toBase64 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { KEY_FILE_BYTES_MAX } from '../limits.ts'

export const errors = definePlainErrors('pem', {
  malformed: 'not a PEM file',
  wrongType: 'PEM block of another type',
  wrongSize: 'PEM block of another size',
  trailing: 'something follows the PEM block',
})

const LINE = 64

/** A PEM file with one block. */
export function encodePem(type: string, body: Uint8Array): string {
  const text = toBase64(body)
  const lines: string[] = []
  for (let at = 0; at < text.length; at += LINE) lines.push(text.slice(at, at + LINE))
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ''].join('\n')
}

/**
 * The body of the file's only block. The type must be the expected one, the block must end the
 * file, and what the error says never contains any of the body.
 */
export function parsePem(type: string, text: string): Uint8Array {
  if (text.length > KEY_FILE_BYTES_MAX) throw errors.malformed('too long')
  const block = /(?:^|\n)-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*)-----END \1-----(\r?\n)?/.exec(
    text,
  )
  if (block === null) throw errors.malformed()
  const [whole, found, body] = block
  if (found !== type) throw errors.wrongType(`expected ${type}, found ${found}`)
  if (block.index + whole.length !== text.length) throw errors.trailing()
  try {
    return parseBase64(body!)
  } catch {
    throw errors.malformed('body is not base64')
  }
}

/** As {@link parsePem}, for a body of known size. */
export function parsePemOfSize(type: string, text: string, size: number): Uint8Array {
  const body = parsePem(type, text)
  if (body.length !== size) throw errors.wrongSize(`${body.length} bytes for ${size}`)
  return body
}
