/** Bech32 (BIP-173, not bech32m): bytes as text with a readable prefix and a checksum. */

import { assert, definePlainErrors } from '@wadi/base/errors'
import { BECH32_TEXT_MAX, BECH32_TEXT_MIN } from './limits.ts'

export const errors = definePlainErrors('bech32', {
  badLength: 'text is too short or too long',
  badCharacter: 'character is not allowed',
  mixedCase: 'text mixes lower and upper case',
  noSeparator: 'separator is missing or misplaced',
  badChecksum: 'checksum does not match',
  badPadding: 'last group is incomplete',
})

/** What a text says: its readable prefix, in lower case, and its bytes. */
export interface Bech32 {
  readonly prefix: string
  readonly bytes: Uint8Array
}

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM_SIZE = 6
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
/** What the checksum of a right text comes to. Bech32m has another number here. */
const CHECKSUM_RIGHT = 1

/** The text of the bytes under a prefix of lower-case characters. */
export function toBech32(prefix: string, bytes: Uint8Array): string {
  const groups = regroup(bytes, 8, 5)
  const blank = new Array<number>(CHECKSUM_SIZE).fill(0)
  const sum = polymod([...prefixGroups(prefix), ...groups, ...blank]) ^ CHECKSUM_RIGHT
  for (let i = CHECKSUM_SIZE - 1; i >= 0; i--) groups.push((sum >>> (5 * i)) & 31)
  const text = `${prefix}1${groups.map((group) => CHARSET[group]!).join('')}`
  assert(/^[!-@[-~]+$/.test(prefix), 'bech32: bad prefix')
  assert(text.length <= BECH32_TEXT_MAX, 'bech32: too many bytes')
  return text
}

/** Prefix and bytes of a text, all in lower or all in upper case. */
export function parseBech32(source: string): Bech32 {
  if (source.length < BECH32_TEXT_MIN || source.length > BECH32_TEXT_MAX)
    throw errors.badLength(`${source.length} characters`)
  for (let i = 0; i < source.length; i++) {
    const code = source.charCodeAt(i)
    if (code < 33 || code > 126) throw errors.badCharacter(`at ${i}`)
  }
  const text = source.toLowerCase()
  if (text !== source && source.toUpperCase() !== source) throw errors.mixedCase()

  const separator = text.lastIndexOf('1')
  if (separator < 1 || separator + 1 + CHECKSUM_SIZE > text.length) throw errors.noSeparator()
  const prefix = text.slice(0, separator)
  const groups: number[] = []
  for (let i = separator + 1; i < text.length; i++) {
    const group = CHARSET.indexOf(text[i]!)
    if (group < 0) throw errors.badCharacter(`at ${i}`)
    groups.push(group)
  }
  if (polymod([...prefixGroups(prefix), ...groups]) !== CHECKSUM_RIGHT) throw errors.badChecksum()
  return { prefix, bytes: bytesOf(groups.slice(0, -CHECKSUM_SIZE)) }
}

function bytesOf(groups: readonly number[]): Uint8Array {
  const spareBits = (groups.length * 5) % 8
  const last = groups.at(-1) ?? 0
  if (spareBits > 4 || (last & ((1 << spareBits) - 1)) !== 0) throw errors.badPadding()
  return Uint8Array.from(regroup(groups, 5, 8).slice(0, (groups.length * 5) >> 3))
}

/** The bits of the groups in groups of another size; zeros fill the last one. */
function regroup(groups: Iterable<number>, fromBits: number, toBits: number): number[] {
  const regrouped: number[] = []
  let value = 0
  let bits = 0
  for (const group of groups) {
    value = ((value << fromBits) | group) & 0xfff
    for (bits += fromBits; bits >= toBits; bits -= toBits)
      regrouped.push((value >> (bits - toBits)) & ((1 << toBits) - 1))
  }
  if (bits > 0) regrouped.push((value << (toBits - bits)) & ((1 << toBits) - 1))
  return regrouped
}

function prefixGroups(prefix: string): number[] {
  const codes = Array.from(prefix, (character) => character.charCodeAt(0))
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]
}

/** The checksum of BIP-173: a BCH code over groups of five bits. */
function polymod(groups: readonly number[]): number {
  let sum = 1
  for (const group of groups) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ group
    for (let i = 0; i < GENERATOR.length; i++) if (((top >> i) & 1) === 1) sum ^= GENERATOR[i]!
  }
  return sum
}
