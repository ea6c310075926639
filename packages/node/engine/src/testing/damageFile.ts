/** Bytes that change on a disk behind everybody's back. */

import { readWhole } from '@wadi/node-storage/file-system'
import type { MemoryFiles } from '@wadi/node-storage/memory-files'

/** Flips a bit of a byte; flipping it again puts it back. */
export function flipByte(files: MemoryFiles, path: string, position: number): void {
  const byte = readWhole(files, path)[position]
  if (byte === undefined) return
  const file = files.openWrite(path)
  file.write([Uint8Array.of(byte ^ 0x10)], position)
  file.sync()
  file.close()
}

/** Paths of all files below a folder. */
export function filesBelow(files: MemoryFiles, folder: string): readonly string[] {
  return files.list(folder).flatMap((name) => {
    const path = `${folder}/${name}`
    return files.exists(path) ? [path] : filesBelow(files, path)
  })
}

/** As many places of a file, spread evenly, its end among them. */
export function placesIn(size: number, count: number): readonly number[] {
  const step = Math.max(1, size / count)
  const places = new Set<number>()
  for (let at = 0; at < size; at += step) places.add(Math.floor(at))
  if (size > 0) places.add(size - 1)
  return Array.from(places)
}
