/** Which libraries the system has: the cache of the loader (`/etc/ld.so.cache`). */

import { errors } from './errors.ts'

const MAGIC = 'glibc-ld.so.cache1.1'
const OLD_MAGIC = 'ld.so-1.7.0'
const HEADER_SIZE = 48
const ENTRY_SIZE = 24
const OLD_HEADER_SIZE = 16
const OLD_ENTRY_SIZE = 12
/** ELF, for x86-64. */
const X86_64 = 0x0303

/** Paths by names; of several the one that needs no special processor. */
export function readLibraryCache(cache: Uint8Array): ReadonlyMap<string, string> {
  const part = cache.subarray(beginOf(cache))
  if (!startsWith(part, MAGIC) || part.length < HEADER_SIZE)
    throw errors.badProgram('library cache')
  const view = new DataView(part.buffer, part.byteOffset, part.length)
  const count = view.getUint32(20, true)
  if (HEADER_SIZE + count * ENTRY_SIZE > part.length) throw errors.badProgram('library cache')
  const paths = new Map<string, string>()
  for (let i = 0; i < count; i++) {
    const at = HEADER_SIZE + i * ENTRY_SIZE
    const isPlain = view.getBigUint64(at + 16, true) === 0n
    if (!isPlain || (view.getUint32(at, true) & X86_64) !== X86_64) continue
    const name = textAt(part, view.getUint32(at + 4, true))
    if (!paths.has(name)) paths.set(name, textAt(part, view.getUint32(at + 8, true)))
  }
  return paths
}

/** Older loaders have a list of their own before it. */
function beginOf(cache: Uint8Array): number {
  if (!startsWith(cache, OLD_MAGIC) || cache.length < OLD_HEADER_SIZE) return 0
  const count = new DataView(cache.buffer, cache.byteOffset).getUint32(12, true)
  return Math.ceil((OLD_HEADER_SIZE + count * OLD_ENTRY_SIZE) / 8) * 8
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, text.length)) === text
}

function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  if (end < 0) throw errors.badProgram('library cache')
  return new TextDecoder().decode(bytes.subarray(at, end))
}
