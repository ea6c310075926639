/**
 * The heads of a full segment, beside it, so that an opening need not read the segment:
 *
 *   crc u32 ‖ end f64 ‖ (height i64 ‖ address f64 ‖ size u32 ‖ tag u32 ‖ kind u8 ‖ 7 × 0) …
 *
 * It says nothing that the segment does not say: one that is missing or damaged is made again.
 */

import { crc32 } from 'node:zlib'
import { type FileSystem, readWhole } from '../files/fileSystem.ts'
import type { RecordHead } from './recordFrame.ts'

const LIST_HEAD_BYTES = 12
const ENTRY_BYTES = 32

/** The name of the list beside a segment. */
export function headListPath(segmentPath: string): string {
  return `${segmentPath}.heads`
}

/** Writes the list of a segment that ends at `end`. */
export function saveHeads(
  files: FileSystem,
  segmentPath: string,
  end: number,
  heads: readonly RecordHead[],
): void {
  const bytes = new Uint8Array(LIST_HEAD_BYTES + heads.length * ENTRY_BYTES)
  const view = new DataView(bytes.buffer)
  view.setFloat64(4, end, true)
  heads.forEach(({ kind, height, tag, address, size }, index) => {
    const at = LIST_HEAD_BYTES + index * ENTRY_BYTES
    view.setBigInt64(at, height, true)
    view.setFloat64(at + 8, address, true)
    view.setUint32(at + 16, size, true)
    view.setUint32(at + 20, tag, true)
    bytes[at + 24] = kind
  })
  view.setUint32(0, crc32(bytes.subarray(4)), true)
  const file = files.openWrite(headListPath(segmentPath))
  try {
    file.truncate(0)
    file.write([bytes], 0)
  } finally {
    file.close()
  }
}

/** The heads of the segment, or undefined if the list is missing, damaged, or of another end. */
export function loadHeads(
  files: FileSystem,
  segmentPath: string,
  end: number,
): readonly RecordHead[] | undefined {
  const path = headListPath(segmentPath)
  if (!files.exists(path)) return undefined
  const bytes = readWhole(files, path)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = (bytes.length - LIST_HEAD_BYTES) / ENTRY_BYTES
  if (bytes.length < LIST_HEAD_BYTES || !Number.isInteger(count)) return undefined
  if (view.getUint32(0, true) !== crc32(bytes.subarray(4))) return undefined
  if (view.getFloat64(4, true) !== end) return undefined
  const heads: RecordHead[] = []
  for (let at = LIST_HEAD_BYTES; at < bytes.length; at += ENTRY_BYTES)
    heads.push({
      kind: bytes[at + 24]!,
      height: view.getBigInt64(at, true),
      tag: view.getUint32(at + 20, true),
      address: view.getFloat64(at + 8, true),
      size: view.getUint32(at + 16, true),
    })
  return heads
}
