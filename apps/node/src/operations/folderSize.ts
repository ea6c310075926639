import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FILES_COUNTED_MAX } from './limits.ts'

/** The sizes of all files in a folder together; what goes away meanwhile counts nothing. */
export async function folderSize(folder: string, countMax = FILES_COUNTED_MAX): Promise<number> {
  const waiting = [folder]
  let size = 0
  let count = 0
  for (let at = waiting.pop(); at !== undefined && count < countMax; at = waiting.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      else if (entry.isFile() && count++ < countMax) size += await sizeOf(path)
    }
  }
  return size
}

async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined)
  return found?.size ?? 0
}
