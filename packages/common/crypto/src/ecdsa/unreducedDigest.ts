/**
 * Signing a digest that is not below the group order, which no hash gives in practice but which a
 * contract can ask the signing precompile for.
 *
 * COMPAT(RustCrypto ecdsa 0.16): RFC 6979 reduces the digest before the nonce is derived from it,
 * the reference's library feeds it as it is. The result of the precompile is chain state.
 */

import { p256, p384 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha384 } from '@noble/hashes/sha2.js'
import { concatBytes, parseHex, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import type { SignatureNumbers } from './derSignature.ts'
import type { CurveName } from './ecdsa.ts'

type Mac = (key: Uint8Array, message: Uint8Array) => Uint8Array

const hmacSha256: Mac = (key, message) => hmac(sha256, key, message)
const hmacSha384: Mac = (key, message) => hmac(sha384, key, message)

const CURVES = {
  secp256k1: { Point: secp256k1.Point, mac: hmacSha256, isLowS: true },
  secp256r1: { Point: p256.Point, mac: hmacSha256, isLowS: false },
  secp384r1: { Point: p384.Point, mac: hmacSha384, isLowS: false },
} as const

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`)

/** The nonces of RFC 6979, 3.2, with the digest in the place of its reduced form. */
function* nonces(mac: Mac, privateKey: Uint8Array, digest: Uint8Array): Generator<bigint, never> {
  let value: Uint8Array = new Uint8Array(digest.length).fill(1)
  let key: Uint8Array = new Uint8Array(digest.length)
  for (const separator of [0, 1]) {
    key = mac(key, concatBytes(value, Uint8Array.of(separator), privateKey, digest))
    value = mac(key, value)
  }
  for (;;) {
    value = mac(key, value)
    yield numberOf(value)
    key = mac(key, concatBytes(value, Uint8Array.of(0)))
    value = mac(key, value)
  }
}

/** The signature's numbers; its s is low on secp256k1. */
export function signUnreduced(
  curve: CurveName,
  privateKey: Uint8Array,
  digest: Uint8Array,
): SignatureNumbers {
  const { Point, mac, isLowS } = CURVES[curve]
  const { Fn, BASE } = Point
  const toBytes = (x: bigint): Uint8Array =>
    parseHex(x.toString(16).padStart(2 * digest.length, '0'))
  for (const nonce of nonces(mac, privateKey, digest)) {
    if (nonce === 0n || nonce >= Fn.ORDER) continue
    const r = Fn.create(BASE.multiply(nonce).toAffine().x)
    const sum = Fn.add(Fn.create(numberOf(digest)), Fn.mul(r, numberOf(privateKey)))
    const s = Fn.mul(Fn.inv(nonce), sum)
    if (r === 0n || s === 0n) continue
    const isHigh = s > Fn.ORDER / 2n
    return { r: toBytes(r), s: toBytes(isLowS && isHigh ? Fn.neg(s) : s) }
  }
  assert(false, 'ecdsa: nonces do not end')
}
