/** TLS keys in PKCS #8 files, and the certificate beside them. */

import { concatBytes, equalBytes, parseHex } from '@wadi/base/bytes'
import { definePlainErrors, UnavailableError } from '@wadi/base/errors'
import type { RandomSource } from '@wadi/base/random'
import { SEED_BYTES } from '@wadi/crypto/ed25519/sign'
import { type KeyPair, keyPairOfSeed } from '../keys/keyFile.ts'
import { encodePem, parsePem, parsePemOfSize } from '../keys/pem.ts'
import {
  createPrivateFile,
  readPrivateFile,
  readPublicFile,
  replacePrivateFile,
} from '../keys/privateFile.ts'
import { createCertificate, validityFrom } from './certificate.ts'

export const errors = definePlainErrors('tlsKeyFile', {
  notEd25519: 'not an Ed25519 key in PKCS #8',
})

const PRIVATE_TYPE = 'PRIVATE KEY'
const CERTIFICATE_TYPE = 'CERTIFICATE'
/** PKCS #8 of an Ed25519 key up to the seed (RFC 8410, section 7). */
const PREFIX = parseHex('302e020100300506032b657004220420')

/** A TLS key with its certificate in DER. */
export interface TlsIdentity {
  readonly key: KeyPair
  readonly certificate: Uint8Array
}

function loadTlsKey(path: string): KeyPair | undefined {
  const text = readPrivateFile(path)
  if (text === undefined) return undefined
  const body = parsePemOfSize(PRIVATE_TYPE, text, PREFIX.length + SEED_BYTES, path)
  if (!equalBytes(body.subarray(0, PREFIX.length), PREFIX)) throw errors.notEd25519(path)
  const pair = keyPairOfSeed(body.slice(PREFIX.length))
  body.fill(0)
  return pair
}

function privatePem({ seed }: KeyPair): string {
  return encodePem(PRIVATE_TYPE, concatBytes(PREFIX, seed.reveal()))
}

function createTlsKey(path: string, random: RandomSource): KeyPair {
  const pair = keyPairOfSeed(random.bytes(SEED_BYTES))
  createPrivateFile(path, privatePem(pair))
  return pair
}

/** A TLS identity as libraries take it. The key is not hidden any more. */
export interface TlsPem {
  readonly key: string
  readonly certificate: string
}

/** Key and certificate in PEM. */
export function tlsPemOf({ key, certificate }: TlsIdentity): TlsPem {
  return { key: privatePem(key), certificate: encodePem(CERTIFICATE_TYPE, certificate) }
}

/** Where a TLS identity is kept. */
export interface TlsPaths {
  readonly key: string
  readonly certificate: string
}

const missing = (path: string) =>
  new UnavailableError('tlsKeyFile.missing', `${path} does not exist`)

/** The certificate of a file, in DER. */
export function loadCertificate(path: string): Uint8Array {
  const text = readPublicFile(path)
  if (text === undefined) throw missing(path)
  return parsePem(CERTIFICATE_TYPE, text, path)
}

/** The TLS identity of files that somebody else made; they stay as they are. */
export function loadTlsIdentity(paths: TlsPaths): TlsIdentity {
  const key = loadTlsKey(paths.key)
  if (key === undefined) throw missing(paths.key)
  return { key, certificate: loadCertificate(paths.certificate) }
}

/**
 * The TLS identity of the files. The key is made if there is none; the certificate is made anew at
 * every start, so that a node which is restarted once a year never shows one that has run out.
 */
export function loadOrCreateTlsIdentity(
  paths: TlsPaths,
  random: RandomSource,
  nowMs: number,
): TlsIdentity {
  const key = loadTlsKey(paths.key) ?? createTlsKey(paths.key, random)
  const certificate = createCertificate(key, validityFrom(nowMs))
  replacePrivateFile(paths.certificate, encodePem(CERTIFICATE_TYPE, certificate), 'buffered')
  return { key, certificate }
}
