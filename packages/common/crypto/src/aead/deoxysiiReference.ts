/**
 * Deoxys-II-256-128 as its specification reads, with plain tables. For tests only: it is slow, and
 * its table look-ups tell the cache what the key is.
 */

import { concatBytes } from '@wadi/base/bytes'
import { affineLinear, invert, multiply } from './towerField.ts'

const ROUNDS = 16
const BLOCK = 16
const SBOX = Array.from({ length: 256 }, (_, x) => affineLinear(invert(x)) ^ 0x63)
const DOUBLE = Array.from({ length: 256 }, (_, x) => multiply(x, 2))
const H = [1, 6, 11, 12, 5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8]

type Block = readonly number[]

const zeros: Block = Array.from({ length: BLOCK }, () => 0)
const add = (...blocks: readonly Block[]): Block =>
  zeros.map((_, p) => blocks.reduce((sum, block) => sum ^ block[p]!, 0))
const permuteTweakey = (t: Block): Block => H.map((p) => t[p]!)
const lfsr2 = (x: number): number => ((x << 1) & 0xff) | ((x >> 7) ^ ((x >> 5) & 1))
const lfsr3 = (x: number): number => (x >> 1) | (((x & 1) ^ ((x >> 6) & 1)) << 7)

function subTweakeys(key: Block, tweak: Block): readonly Block[] {
  const keys: Block[] = []
  let [tk1, tk2, tk3] = [tweak, key.slice(16), key.slice(0, 16)]
  let constant = 0x2f
  for (let round = 0; round <= ROUNDS; round++) {
    const rc = [1, 2, 4, 8, constant, constant, constant, constant, ...zeros.slice(8)]
    keys.push(add(tk1, tk2, tk3, rc))
    tk1 = permuteTweakey(tk1)
    tk2 = permuteTweakey(tk2).map(lfsr2)
    tk3 = permuteTweakey(tk3).map(lfsr3)
    constant = DOUBLE[constant]!
  }
  return keys
}

function shiftRows(state: Block): Block {
  return state.map((_, p) => state[(p + 4 * (p % 4)) % BLOCK]!)
}

function mixColumns(state: Block): Block {
  return state.map((x, p) => {
    const below = (rows: number): number => state[p - (p % 4) + ((p + rows) % 4)]!
    return DOUBLE[x]! ^ DOUBLE[below(1)]! ^ below(1) ^ below(2) ^ below(3)
  })
}

/** Deoxys-BC-384 of one block under key and tweak. */
function encipher(key: Block, tweak: Block, block: Block): Block {
  const [first, ...rest] = subTweakeys(key, tweak)
  let state = add(block, first!)
  for (const subTweakey of rest) {
    const substituted = state.map((x) => SBOX[x]!)
    state = add(mixColumns(shiftRows(substituted)), subTweakey)
  }
  return state
}

const numbered = (prefix: number, n: number): Block => [
  prefix << 4,
  ...zeros.slice(5),
  n >>> 24,
  (n >>> 16) & 0xff,
  (n >>> 8) & 0xff,
  n & 0xff,
]

/** The sum of all enciphered blocks; a last block that is not whole is padded with 10*. */
function sumOfBlocks(key: Block, bytes: Uint8Array, prefix: number, prefixLast: number): Block {
  let sum = zeros
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const part = [...bytes.subarray(at, at + BLOCK)]
    const isWhole = part.length === BLOCK
    const padded = isWhole ? part : [...part, 0x80, ...zeros].slice(0, BLOCK)
    const tweak = numbered(isWhole ? prefix : prefixLast, at / BLOCK)
    sum = add(sum, encipher(key, tweak, padded))
  }
  return sum
}

/** Text to ciphertext and tag. */
export function referenceSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  text: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  const keyBlock = [...key]
  const auth = add(sumOfBlocks(keyBlock, associatedData, 2, 6), sumOfBlocks(keyBlock, text, 0, 4))
  const tag = encipher(keyBlock, [0x10, ...nonce], auth)
  const stream = [...text].map((_, at) => {
    if (at % BLOCK !== 0) return zeros
    const tweak = add([tag[0]! | 0x80, ...tag.slice(1)], numbered(0, at / BLOCK))
    return encipher(keyBlock, tweak, [0, ...nonce])
  })
  const sealed = text.map((x, at) => x ^ stream[at - (at % BLOCK)]![at % BLOCK]!)
  return concatBytes(sealed, Uint8Array.from(tag))
}
