/**
 * The signature of an SGX enclave (SIGSTRUCT): 1,808 bytes in which its maker signs what the
 * enclave measures. RSA with 3,072 bits and the exponent 3; numbers have their least byte first.
 */

import { concatBytes, equalBytes, joinBytes, toHex } from '@wadi/base/bytes'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { type EnclaveIdentity, MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { errors } from './errors.ts'

const SIZE = 1_808
const MODULUS_SIZE = 384
const EXPONENT = 3

/** Where the parts begin that are looked at. */
const AT = {
  date: 20,
  modulus: 128,
  exponent: 512,
  signature: 516,
  miscSelect: 900,
  enclaveHash: 960,
  signedEnd: 1_028,
  q1: 1_040,
  q2: 1_424,
} as const

/** What stands before the hash in a signature: DER for "this is a SHA-256". */
const SHA256_PREFIX = Uint8Array.of(
  ...[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04],
  ...[0x02, 0x01, 0x05, 0x00, 0x04, 0x20],
)

function numberAt(bytes: Uint8Array, at: number): bigint {
  return BigInt(`0x${toHex(bytes.slice(at, at + MODULUS_SIZE).reverse())}`)
}

/** What the signature must be the cube root of: padding, then the hash of both signed parts. */
function paddedHash(sigstruct: Uint8Array): bigint {
  const parts = [sigstruct.subarray(0, AT.modulus), sigstruct.subarray(AT.miscSelect, AT.signedEnd)]
  const hash = concatBytes(SHA256_PREFIX, sha256(joinBytes(parts)))
  const padding = new Uint8Array(MODULUS_SIZE - hash.length - 3).fill(0xff)
  return BigInt(`0x0001${toHex(padding)}00${toHex(hash)}`)
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Is it a day, in decimal digits of four bits: year, month, day? */
function isDay(digits: string): boolean {
  if (!/^\d{8}$/.test(digits)) return false
  const [year, month, day] = [0, 4, 6].map((at) => Number(digits.slice(at, at === 0 ? 4 : at + 2)))
  const isLeap = year! % 4 === 0 && (year! % 100 !== 0 || year! % 400 === 0)
  const days = month === 2 && !isLeap ? 28 : (DAYS[month! - 1] ?? 0)
  return day! >= 1 && day! <= days
}

/** Why the signature is none; undefined if it is good. */
function faultOf(sigstruct: Uint8Array): string | undefined {
  if (sigstruct.length !== SIZE) return `${sigstruct.length} bytes`
  const modulus = numberAt(sigstruct, AT.modulus)
  const isOfSize = modulus >> BigInt(8 * MODULUS_SIZE - 1) === 1n && (modulus & 1n) === 1n
  if (!isOfSize) return 'a key of another size'
  const view = new DataView(sigstruct.buffer, sigstruct.byteOffset, SIZE)
  if (view.getUint32(AT.exponent, true) !== EXPONENT) return 'another exponent'
  const signature = numberAt(sigstruct, AT.signature)
  const square = signature * signature
  const isSigned = (square * signature) % modulus === paddedHash(sigstruct)
  if (signature >= modulus || !isSigned) return 'the signature is wrong'
  // The processor wants both quotients, so that it need not divide.
  const q1 = square / modulus
  const q2 = ((square % modulus) * signature) / modulus
  const isEasy = q1 === numberAt(sigstruct, AT.q1) && q2 === numberAt(sigstruct, AT.q2)
  if (!isEasy) return 'a quotient is wrong'
  const date = view.getUint32(AT.date, true).toString(16).padStart(8, '0')
  return isDay(date) ? undefined : 'no date'
}

/** What an SGX program measures: the hash of its file. */
export function measureSgx(program: Uint8Array): MrEnclave {
  return MrEnclave.check(sha256(program))
}

/** The enclave of a program that its maker has signed. */
export function verifySigstruct(sigstruct: Uint8Array, program: Uint8Array): EnclaveIdentity {
  const fault = faultOf(sigstruct)
  if (fault !== undefined) throw errors.badSignature(fault)
  const mrEnclave = measureSgx(program)
  const signed = sigstruct.subarray(AT.enclaveHash, AT.enclaveHash + mrEnclave.length)
  if (!equalBytes(signed, mrEnclave)) throw errors.badSignature('of another program')
  const modulus = sigstruct.subarray(AT.modulus, AT.modulus + MODULUS_SIZE)
  return { mrEnclave, mrSigner: MrSigner.check(sha256(modulus)) }
}
