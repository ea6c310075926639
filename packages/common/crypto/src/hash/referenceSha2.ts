/**
 * SHA-2 as FIPS 180-4 writes it, in big integers: what the kernels are tested against. Slow, and
 * not in constant time.
 */

import { concatBytes } from '@wadi/base/bytes'
import { rootFractions } from './rootFractions.ts'

type Words = readonly bigint[]

/** One of the two word sizes: 4.1.2 and 4.2.2, or 4.1.3 and 4.2.3. */
interface Family {
  readonly wordBits: 32 | 64
  /** Rotations of Σ0 and Σ1. */
  readonly bigSigmas: readonly [Words, Words]
  /** Rotations, and last a shift, of σ0 and σ1. */
  readonly smallSigmas: readonly [Words, Words]
  /** K: a word for each round. */
  readonly constants: Words
}

const SMALL: Family = {
  wordBits: 32,
  bigSigmas: [
    [2n, 13n, 22n],
    [6n, 11n, 25n],
  ],
  smallSigmas: [
    [7n, 18n, 3n],
    [17n, 19n, 10n],
  ],
  constants: rootFractions(3, 64).map((fraction) => fraction >> 32n),
}

const LARGE: Family = {
  wordBits: 64,
  bigSigmas: [
    [28n, 34n, 39n],
    [14n, 18n, 41n],
  ],
  smallSigmas: [
    [1n, 8n, 7n],
    [19n, 61n, 6n],
  ],
  constants: rootFractions(3, 80),
}

function parseWords(bytes: Uint8Array, wordBits: number): Words {
  const words: bigint[] = []
  for (let at = 0; at < bytes.length; at += wordBits / 8) {
    const word = bytes.subarray(at, at + wordBits / 8)
    words.push(word.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n))
  }
  return words
}

function formatWords(words: Words, wordBits: number): Uint8Array {
  const size = wordBits / 8
  return Uint8Array.from({ length: words.length * size }, (_, at) => {
    const shift = 8 * (size - 1 - (at % size))
    return Number((words[Math.floor(at / size)]! >> BigInt(shift)) & 0xffn)
  })
}

/** 5.1: a one, zeros, and the number of bits of the message in two words. */
function pad(message: Uint8Array, wordBits: number): Uint8Array {
  const blockBytes = 2 * wordBits
  const lengthBytes = wordBits / 4
  const taken = (message.length + 1 + lengthBytes) % blockBytes
  const zeros = new Uint8Array((blockBytes - taken) % blockBytes)
  const length = new Uint8Array(lengthBytes)
  new DataView(length.buffer).setBigUint64(lengthBytes - 8, BigInt(message.length) * 8n)
  return concatBytes(message, Uint8Array.of(0x80), zeros, length)
}

/** 6.2.2 and 6.4.2: takes one block into the state. */
function compress(family: Family, state: Words, block: Words): Words {
  const { wordBits, bigSigmas, smallSigmas, constants } = family
  const word = (value: bigint): bigint => BigInt.asUintN(wordBits, value)
  const rotate = (x: bigint, by: bigint): bigint => word((x >> by) | (x << (BigInt(wordBits) - by)))
  const big = (which: 0 | 1, x: bigint): bigint =>
    bigSigmas[which].reduce((sum, by) => sum ^ rotate(x, by), 0n)
  const small = (which: 0 | 1, x: bigint): bigint => {
    const [first, second, shift] = smallSigmas[which]
    return rotate(x, first!) ^ rotate(x, second!) ^ (x >> shift!)
  }
  const schedule = [...block]
  for (let t = 16; t < constants.length; t++) {
    const [w2, w7, w15, w16] = [2, 7, 15, 16].map((back) => schedule[t - back]!)
    schedule.push(word(small(1, w2!) + w7! + small(0, w15!) + w16!))
  }
  let [a, b, c, d, e, f, g, h] = state as readonly [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  constants.forEach((constant, t) => {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const t1 = h + big(1, e) + choice + constant + schedule[t]!
    const t2 = big(0, a) + majority
    ;[h, g, f, e, d, c, b, a] = [g, f, e, word(d + t1), c, b, a, word(t1 + t2)]
  })
  return [a, b, c, d, e, f, g, h].map((each, i) => word(each + state[i]!))
}

function digest(family: Family, initial: Words, message: Uint8Array, size: number): Uint8Array {
  const { wordBits } = family
  const words = parseWords(pad(message, wordBits), wordBits)
  let state = initial
  for (let at = 0; at < words.length; at += 16) {
    state = compress(family, state, words.slice(at, at + 16))
  }
  return formatWords(state, wordBits).slice(0, size)
}

const INITIAL_256 = rootFractions(2, 8).map((fraction) => fraction >> 32n)
const INITIAL_384 = rootFractions(2, 8, 8)
const INITIAL_512 = rootFractions(2, 8)

/** 5.3.6: the initial state of SHA-512/t is a digest of its name. */
function initialOf(name: string): Words {
  const changed = INITIAL_512.map((value) => value ^ 0xa5a5_a5a5_a5a5_a5a5n)
  const ascii = Uint8Array.from(name, (character) => character.charCodeAt(0))
  return parseWords(digest(LARGE, changed, ascii, 64), 64)
}

/** SHA-256. */
export function referenceSha256(message: Uint8Array): Uint8Array {
  return digest(SMALL, INITIAL_256, message, 32)
}

/** SHA-384. */
export function referenceSha384(message: Uint8Array): Uint8Array {
  return digest(LARGE, INITIAL_384, message, 48)
}

/** SHA-512. */
export function referenceSha512(message: Uint8Array): Uint8Array {
  return digest(LARGE, INITIAL_512, message, 64)
}

/** SHA-512/256. */
export function referenceSha512Trunc256(message: Uint8Array): Uint8Array {
  return digest(LARGE, initialOf('SHA-512/256'), message, 32)
}
