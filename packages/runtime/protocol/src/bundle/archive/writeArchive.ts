/** Writing ZIP archives, the same bytes for the same files. */

import { concatBytes, joinBytes, toUtf8 } from '@wadi/base/bytes'
import type { Compression } from './compression.ts'
import { FLAG_UTF8, METHODS, SIGNATURES, SIZES, VERSION_NEEDED } from './layout.ts'

/** The first of January 1980, when time begins for archives. */
const FIRST_DAY = 0x0021

interface Packed {
  readonly rawName: Uint8Array
  readonly stored: Uint8Array
  readonly method: number
  readonly size: number
  readonly crc: number
}

function pack(name: string, bytes: Uint8Array, { deflate, crc32 }: Compression): Packed {
  const deflated = deflate(bytes)
  const isSmaller = deflated.length < bytes.length
  return {
    rawName: toUtf8(name),
    stored: isSmaller ? deflated : bytes,
    method: isSmaller ? METHODS.deflated : METHODS.stored,
    size: bytes.length,
    crc: crc32(bytes),
  }
}

/** What the header of a file and its entry have in common, from the version on. */
function writeCommon(view: DataView, at: number, { method, crc, size, ...file }: Packed): void {
  view.setUint16(at, VERSION_NEEDED, true)
  view.setUint16(at + 2, FLAG_UTF8, true)
  view.setUint16(at + 4, method, true)
  view.setUint16(at + 8, FIRST_DAY, true)
  view.setUint32(at + 10, crc, true)
  view.setUint32(at + 14, file.stored.length, true)
  view.setUint32(at + 18, size, true)
  view.setUint16(at + 22, file.rawName.length, true)
}

function localHeader(file: Packed): Uint8Array {
  const header = new Uint8Array(SIZES.local)
  const view = new DataView(header.buffer)
  view.setUint32(0, SIGNATURES.local, true)
  writeCommon(view, 4, file)
  return header
}

function entryOf(file: Packed, localAt: number): Uint8Array {
  const entry = new Uint8Array(SIZES.entry)
  const view = new DataView(entry.buffer)
  view.setUint32(0, SIGNATURES.entry, true)
  view.setUint16(4, VERSION_NEEDED, true)
  writeCommon(view, 6, file)
  view.setUint32(42, localAt, true)
  return entry
}

function endOf(count: number, directorySize: number, directoryAt: number): Uint8Array {
  const end = new Uint8Array(SIZES.end)
  const view = new DataView(end.buffer)
  view.setUint32(0, SIGNATURES.end, true)
  view.setUint16(8, count, true)
  view.setUint16(10, count, true)
  view.setUint32(12, directorySize, true)
  view.setUint32(16, directoryAt, true)
  return end
}

/** An archive of files in the order given. */
export function writeArchive(
  files: Iterable<readonly [name: string, bytes: Uint8Array]>,
  compression: Compression,
): Uint8Array {
  const parts: Uint8Array[] = []
  const entries: Uint8Array[] = []
  let at = 0
  for (const [name, bytes] of files) {
    const file = pack(name, bytes, compression)
    entries.push(entryOf(file, at), file.rawName)
    parts.push(localHeader(file), file.rawName, file.stored)
    at += SIZES.local + file.rawName.length + file.stored.length
  }
  const directory = joinBytes(entries)
  return concatBytes(...parts, directory, endOf(entries.length / 2, directory.length, at))
}
