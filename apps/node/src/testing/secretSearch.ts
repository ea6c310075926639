/** Searches what a node says for its secrets, in all forms in which somebody might print them. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'

/** A secret, and where it is kept. */
export interface KnownSecret {
  readonly name: string
  readonly bytes: Uint8Array
}

const SEED_BYTES = 32
/** So many bytes of a secret in a row are no coincidence. */
const WINDOW_BYTES = 8

/** The secrets of a node's folder. */
export function secretsOf(dataDir: string): readonly KnownSecret[] {
  const names = readdirSync(dataDir).filter((name) => /\.pem$/.test(name))
  return names.flatMap((name) => {
    const text = readFileSync(join(dataDir, name), 'latin1')
    const [, type = '', body = ''] = /-----BEGIN ([^-]+)-----\n([^-]+)-----END/.exec(text) ?? []
    if (!/PRIVATE KEY|ENTROPY/.test(type)) return []
    const all = Buffer.from(body, 'base64')
    // PKCS #8 has the seed at its end; the others begin with it, and the public key follows.
    const bytes = type === 'PRIVATE KEY' ? all.subarray(-SEED_BYTES) : all.subarray(0, SEED_BYTES)
    return [{ name, bytes: Uint8Array.from(bytes) }]
  })
}

/** Texts in which so many bytes can stand. */
function formsOf(part: Uint8Array): readonly string[] {
  const buffer = Buffer.from(part)
  // Where something stands before them, the first and the last characters are others.
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), buffer]).toString('base64')
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + part.length) * 8) / 6))
  })
  const hex = toHex(part)
  const all = [
    buffer.toString('latin1'),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    part.join(','),
    part.join(', '),
    part.join(' '),
    [...part].map((byte, i) => `"${i}":${byte}`).join(','),
  ]
  return [...new Set(all)]
}

/** Every text that gives something of a secret away. */
function tellTalesOf({ bytes }: KnownSecret): readonly string[] {
  const starts = Array.from({ length: bytes.length - WINDOW_BYTES + 1 }, (_, at) => at)
  return starts.flatMap((at) => formsOf(bytes.subarray(at, at + WINDOW_BYTES)))
}

/** The names of the secrets of which something is in what was said. */
export function findSecrets(
  secrets: readonly KnownSecret[],
  said: Uint8Array | string,
): readonly string[] {
  const text = typeof said === 'string' ? said : Buffer.from(said).toString('latin1')
  const isTold = (secret: KnownSecret) => tellTalesOf(secret).some((tale) => text.includes(tale))
  return secrets.filter(isTold).map(({ name }) => name)
}
