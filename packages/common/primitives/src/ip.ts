import { toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { excerpt } from '@wadi/cbor/errors'

/** Texts that are no address. */
export const errors = definePlainErrors('ip', {
  malformed: 'malformed IP address',
})

const V4_SIZE = 4
const V6_SIZE = 16
const WORDS = 8
/** What an IPv4 address in the form of an IPv6 one begins with. */
const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)

/** The text of an IP address; bytes that are none have a text too, which cannot be read back. */
export function printIp(ip: Uint8Array | undefined): string {
  if (ip === undefined || ip.length === 0) return '<nil>'
  if (ip.length === V4_SIZE) return ip.join('.')
  if (ip.length !== V6_SIZE) return `?${toHex(ip)}`
  if (MAPPED_PREFIX.every((byte, i) => ip[i] === byte)) return ip.subarray(12).join('.')
  return printV6(ip)
}

/** Lowercase, without leading zeros, the first longest run of two or more zero words left out. */
function printV6(ip: Uint8Array): string {
  const words = Array.from({ length: WORDS }, (_, i) => (ip[2 * i]! << 8) | ip[2 * i + 1]!)
  let [start, size] = [0, 0]
  for (let i = 0; i < WORDS; i++) {
    let end = i
    while (end < WORDS && words[end] === 0) end++
    if (end - i > size) [start, size] = [i, end - i]
  }
  const print = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':')
  if (size < 2) return print(words)
  return `${print(words.slice(0, start))}::${print(words.slice(start + size))}`
}

/** The 16 bytes of an IP address; IPv4 in the form of IPv6. */
export function parseIp(text: string): Uint8Array {
  const bytes = new Uint8Array(V6_SIZE)
  if (!text.includes(':')) {
    bytes.set(MAPPED_PREFIX)
    bytes.set(parseV4(text), MAPPED_PREFIX.length)
    return bytes
  }
  const halves = text.split('::')
  if (halves.length > 2) throw errors.malformed(excerpt(text))
  const [head, tail] = halves.map(parseWords)
  const count = head!.length + (tail?.length ?? 0)
  if (tail === undefined ? count !== WORDS : count >= WORDS) throw errors.malformed(excerpt(text))
  const middle = new Array<number>(WORDS - count).fill(0)
  for (const [i, word] of [...head!, ...middle, ...(tail ?? [])].entries()) {
    bytes[2 * i] = word >> 8
    bytes[2 * i + 1] = word & 0xff
  }
  return bytes
}

function parseV4(text: string): readonly number[] {
  const parts = text.split('.').map((part) => {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)
      throw errors.malformed(excerpt(text))
    return Number(part)
  })
  if (parts.length !== V4_SIZE) throw errors.malformed(excerpt(text))
  return parts
}

/** The words between the colons; the last two may be written as an IPv4 address. */
function parseWords(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((part, i, parts) => {
    if (part.includes('.') && i === parts.length - 1) {
      const [a, b, c, d] = parseV4(part) as [number, number, number, number]
      return [(a << 8) | b, (c << 8) | d]
    }
    if (!/^[\da-fA-F]{1,4}$/.test(part)) throw errors.malformed(excerpt(text))
    return [Number.parseInt(part, 16)]
  })
}
