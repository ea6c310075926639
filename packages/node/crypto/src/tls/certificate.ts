/**
 * The self-signed certificate of a node. Nobody checks a chain: peers know the public key. All
 * nodes use the same template, so what a peer shows is compared with it.
 */

import { X509Certificate } from 'node:crypto'
import { equalBytes, hasPrefix, parseHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { signMessage } from '@wadi/crypto/ed25519/sign'
import type { KeyPair } from '../keys/keyFile.ts'
import {
  bits,
  explicit,
  identifier,
  integer,
  isEncodable,
  octets,
  printable,
  sequence,
  setOf,
  TRUE,
  time,
} from './der.ts'

export const errors = definePlainErrors('tls', {
  badCertificate: 'certificate does not follow the template',
  notValidNow: 'certificate is not valid at this time',
})

/** The name in every node's certificate. */
export const COMMON_NAME = 'oasis-node'

const HOUR_MS = 3_600_000

const ED25519 = sequence(identifier('2b6570'))
const nameOf = (name: string) => sequence(setOf(sequence(identifier('550403'), printable(name))))
/** digitalSignature, keyEncipherment and keyCertSign: bits 0, 2 and 5. */
const KEY_USAGE = sequence(identifier('551d0f'), TRUE, octets(bits(Uint8Array.of(0b1010_0100), 2)))
const EXTENDED_KEY_USAGE = sequence(
  identifier('551d25'),
  octets(sequence(identifier('2b06010505070301'), identifier('2b06010505070302'))),
)

/** When a certificate begins and ends to be valid, to the second. */
export interface Validity {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** From an hour ago, for clocks that are behind, to this day of the next year. */
export function validityFrom(nowMs: number): Validity {
  const end = new Date(nowMs)
  end.setUTCFullYear(end.getUTCFullYear() + 1)
  return { notBeforeMs: nowMs - HOUR_MS, notAfterMs: end.getTime() }
}

/** What is signed. */
export function certificateBody(
  publicKey: Uint8Array,
  validity: Validity,
  commonName: string = COMMON_NAME,
): Uint8Array {
  const name = nameOf(commonName)
  return sequence(
    explicit(0, integer(2)),
    integer(1),
    ED25519,
    name,
    sequence(time(validity.notBeforeMs), time(validity.notAfterMs)),
    name,
    sequence(ED25519, bits(publicKey)),
    explicit(3, sequence(KEY_USAGE, EXTENDED_KEY_USAGE)),
  )
}

/** The certificate of a key, in DER; that of a node unless another name is given. */
export function createCertificate(
  { publicKey, seed }: KeyPair,
  validity: Validity,
  commonName: string = COMMON_NAME,
): Uint8Array {
  const body = certificateBody(publicKey, validity, commonName)
  const signature = signMessage({ seed: seed.reveal(), publicKey }, body)
  return sequence(body, ED25519, bits(signature))
}

const PUBLIC_KEY_PREFIX = parseHex('302a300506032b6570032100')
const SIGNATURE_BYTES = 64

/** What a certificate says of itself. */
interface Claims extends Validity {
  readonly publicKey: Uint8Array
  readonly isSelfSigned: boolean
}

function readClaims(certificate: Uint8Array): Claims | undefined {
  try {
    const parsed = new X509Certificate(certificate)
    const key = new Uint8Array(parsed.publicKey.export({ format: 'der', type: 'spki' }))
    if (key.length !== PUBLIC_KEY_PREFIX.length + 32 || !hasPrefix(key, PUBLIC_KEY_PREFIX)) {
      return undefined
    }
    return {
      publicKey: key.slice(PUBLIC_KEY_PREFIX.length),
      notBeforeMs: parsed.validFromDate.getTime(),
      notAfterMs: parsed.validToDate.getTime(),
      isSelfSigned: parsed.verify(parsed.publicKey),
    }
  } catch {
    // OpenSSL refuses: no certificate, or a key that it does not know.
    return undefined
  }
}

/** The key of a certificate that is known already, as from a file: nothing else is checked. */
export function publicKeyOfCertificate(certificate: Uint8Array): Uint8Array {
  const claims = readClaims(certificate)
  if (claims === undefined) throw errors.badCertificate('not one of an Ed25519 key')
  return claims.publicKey
}

/**
 * Checks what a peer has shown, and gives its public key, which the caller compares with the ones
 * that it expects. The whole certificate must be the one that the template makes of its key and
 * its times. The reference compares field by field and so lets other encodings of the same pass;
 * every certificate that it makes is this one.
 */
export function checkPeerCertificate(
  certificate: Uint8Array,
  nowMs: number,
  commonName: string = COMMON_NAME,
): Uint8Array {
  const claims = readClaims(certificate)
  if (claims === undefined) throw errors.badCertificate('not one of an Ed25519 key')
  const { publicKey, notBeforeMs, notAfterMs, isSelfSigned } = claims
  const areTimesKnown = isEncodable(notBeforeMs) && isEncodable(notAfterMs)
  if (!areTimesKnown) throw errors.badCertificate('no times')
  const body = certificateBody(publicKey, claims, commonName)
  const signature = certificate.subarray(-SIGNATURE_BYTES)
  const expected = sequence(body, ED25519, bits(signature))
  if (!equalBytes(certificate, expected)) throw errors.badCertificate('other fields')
  if (!isSelfSigned) throw errors.badCertificate('bad signature')
  if (nowMs < notBeforeMs || nowMs > notAfterMs) throw errors.notValidNow()
  return publicKey
}
