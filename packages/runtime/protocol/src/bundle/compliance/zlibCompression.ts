import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Compression } from '../archive/compression.ts'

function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}

/** What whoever reads bundles brings along: here, what Node has built in. */
export const zlibCompression: Compression = {
  inflate(deflated, size) {
    try {
      const bytes = inflateRawSync(deflated, { maxOutputLength: Math.max(size, 1) })
      return bytes.length === size ? plain(bytes) : undefined
    } catch {
      return undefined
    }
  },
  deflate: (bytes) => plain(deflateRawSync(bytes)),
  crc32: (bytes) => crc32(bytes),
}
