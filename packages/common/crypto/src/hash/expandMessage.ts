/** expand_message_xmd (RFC 9380, 5.3.1): uniform bytes for hashing to curves and to scalars. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { XMD_BLOCKS_MAX, XMD_DOMAIN_BYTES_MAX } from '../limits.ts'
import type { HashFunction } from './hashFunction.ts'

/** `size` uniform bytes of the message under the domain separation tag. */
export function expandMessageXmd(
  hashFunction: HashFunction,
  message: Uint8Array,
  domain: Uint8Array,
  size: number,
): Uint8Array {
  const { blockBytes, digestBytes, hashParts } = hashFunction
  const blocks = Math.ceil(size / digestBytes)
  assert(blocks <= XMD_BLOCKS_MAX, 'expand_message_xmd: too many bytes asked for')
  const tag = tagOf(hashFunction, domain)
  const tagSize = Uint8Array.of(tag.length)
  const sizeAndZero = Uint8Array.of(size >> 8, size & 255, 0)
  const first = hashParts(new Uint8Array(blockBytes), message, sizeAndZero, tag, tagSize)

  const bytes = new Uint8Array(blocks * digestBytes)
  let last: Uint8Array = new Uint8Array(digestBytes)
  for (let i = 0; i < blocks; i++) {
    const mixed = first.map((byte, at) => byte ^ last[at]!)
    last = hashParts(mixed, Uint8Array.of(i + 1), tag, tagSize)
    bytes.set(last, i * digestBytes)
  }
  return bytes.subarray(0, size)
}

/** RFC 9380, 5.3.3: a tag that does not fit is replaced by its hash. */
function tagOf({ hashParts }: HashFunction, domain: Uint8Array): Uint8Array {
  if (domain.length <= XMD_DOMAIN_BYTES_MAX) return domain
  return hashParts(toUtf8('H2C-OVERSIZE-DST-'), domain)
}
