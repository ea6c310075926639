/**
 * Signatures that cost next to nothing: a keyed hash, whose key only the signer is given. Whoever
 * does not have it cannot sign, and a signature of anything else is not valid. No protection
 * against anybody who looks into this process: for simulations only.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { type Ed25519Provider, kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import type { SignedMessage } from '@wadi/crypto/ed25519/signedMessage'
import { prehash } from '@wadi/crypto/signature/context'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { SignatureDialect } from '@wadi/tendermint/dialect'

const SIGNATURE_SIZE = 64
const TAG_WORDS = 4
/**
 * What the rest of a stand-in consists of. No Ed25519 signature ends so: its S would be too
 * large.
 */
const FILLER = 0xff
/** Verdicts on real signatures that are remembered. */
const VERDICTS_MAX = 20_000

interface Key {
  readonly publicKey: Uint8Array
  readonly secret: Uint32Array
}

/** All keys of a simulated network: the one who checks signatures has to know them. */
export class StandInKeys {
  readonly #keys = new Map<number, Key[]>()
  /**
   * By signature: what real ones were found to be, with the key and message they were checked
   * for.
   */
  readonly #verdicts = new Map<
    string,
    { readonly signed: SignedMessage; readonly isValid: boolean }
  >()

  /** Gives the owner of a public key what it takes to sign. */
  signWith(publicKey: Uint8Array): (message: Uint8Array) => Uint8Array {
    const key = this.#find(publicKey) ?? this.#add(publicKey)
    return (message) => signatureOf(key, message)
  }

  /** A signer with the public key of another. */
  signer({ publicKey, role }: Pick<Signer, 'publicKey' | 'role'>): Signer {
    const sign = this.signWith(publicKey)
    return { publicKey, role, sign: (context, message) => sign(prehash(context, message)) }
  }

  verify({ publicKey, message, signature }: SignedMessage): boolean {
    const key = this.#find(publicKey)
    return key !== undefined && equalBytes(signature, signatureOf(key, message))
  }

  /** How votes and proposals are signed. */
  readonly dialect: SignatureDialect = {
    name: 'stand-in',
    verify: (signed) => this.verify(signed),
    verifyAll: (all) => all.map((signed) => this.verify(signed)),
    prehash: (message) => message,
  }

  /**
   * For rules that check real signatures as well, each of which is checked once for all nodes.
   */
  readonly provider: Ed25519Provider = {
    verifySignature: (signed) => this.#verifyAny(signed),
    verifySignatures: (all) => all.map((signed) => this.#verifyAny(signed)),
  }

  #verifyAny(signed: SignedMessage): boolean {
    const { signature, message, publicKey } = signed
    if (signature[SIGNATURE_SIZE - 1] === FILLER) return this.verify(signed)
    const name = toHex(signature)
    const known = this.#verdicts.get(name)
    const isSame =
      known !== undefined &&
      equalBytes(known.signed.message, message) &&
      equalBytes(known.signed.publicKey, publicKey)
    if (isSame) return known.isValid
    if (this.#verdicts.size >= VERDICTS_MAX) this.#verdicts.clear()
    const isValid = kernelEd25519.verifySignature(signed)
    this.#verdicts.set(name, {
      signed: { message: message.slice(), publicKey, signature },
      isValid,
    })
    return isValid
  }

  #find(publicKey: Uint8Array): Key | undefined {
    return this.#keys.get(wordAt(publicKey, 0))?.find((key) => equalBytes(key.publicKey, publicKey))
  }

  #add(publicKey: Uint8Array): Key {
    const seed = new Uint32Array(TAG_WORDS).fill(0x9e3779b9)
    const key: Key = { publicKey, secret: hashWords(seed, publicKey) }
    const place = wordAt(publicKey, 0)
    this.#keys.set(place, [...(this.#keys.get(place) ?? []), key])
    return key
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

const mix = (word: number) => {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** Four lanes over the words of a message, each of which changes all lanes in the end. */
function hashWords(key: Uint32Array, message: Uint8Array): Uint32Array {
  let [a, b, c, d] = [key[0]! | 0, key[1]! | 0, key[2]! | 0, key[3]! | 0]
  for (let at = 0; at < message.length; at += 4) {
    const word = wordAt(message, at)
    a = Math.imul(a ^ word, 0x9e3779b1)
    a = (a << 13) | (a >>> 19)
    b = (Math.imul(b + word, 0x85ebca77) ^ a) | 0
    c = Math.imul(c ^ (word >>> 7) ^ b, 0xc2b2ae3d)
    d = (d + c + Math.imul(word, 0x27d4eb2f)) | 0
  }
  const size = message.length
  a = mix(a ^ size ^ d)
  b = mix(b + a)
  c = mix(c ^ b)
  d = mix(d + c)
  return Uint32Array.of(mix(a ^ d), b, c, d)
}

function signatureOf({ secret }: Key, message: Uint8Array): Uint8Array {
  const signature = new Uint8Array(SIGNATURE_SIZE).fill(FILLER)
  signature.set(new Uint8Array(hashWords(secret, message).buffer))
  return signature
}
