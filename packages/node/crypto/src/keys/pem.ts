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

/** COMPAT(encoding/pem): blanks may end the lines, and the last line has nothing else before it. */
const BLOCK =
  /(?:^|\n)-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n((?:[^-]*\n)?)-----END \1-----[ \t]*(?:\r?\n|$)/

/**
 * The body of the file's only block. The type must be the expected one, the block must end the
 * file, and what the error says never contains any of the body. It begins with the file's path.
 */
export function parsePem(type: string, text: string, path = 'text'): Uint8Array {
  if (text.length > KEY_FILE_BYTES_MAX) throw errors.malformed(`${path} is too long`)
  const block = BLOCK.exec(text)
  if (block === null) throw errors.malformed(path)
  const [whole, found, body] = block
  if (found !== type) throw errors.wrongType(`${path} is a ${found}, not a ${type}`)
  if (block.index + whole.length !== text.length) throw errors.trailing(path)
  try {
    return parseBase64(body!.replace(/[ \t]/g, ''))
  } catch {
    throw errors.malformed(`${path}: body is not base64`)
  }
}

/** As {@link parsePem}, for a body of known size. */
export function parsePemOfSize(
  type: string,
  text: string,
  size: number,
  path = 'text',
): Uint8Array {
  const body = parsePem(type, text, path)
  if (body.length !== size) throw errors.wrongSize(`${path}: ${body.length} bytes for ${size}`)
  return body
}
