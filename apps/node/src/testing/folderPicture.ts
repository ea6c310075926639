/** What a folder is at a moment: names, bytes, modes, and when something in it was changed. */

import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** By path. Two pictures are the same if nobody touched anything in between. */
export type FolderPicture = Readonly<Record<string, string>>

/** Takes a picture of everything below a folder, and of the folder. */
export function pictureOf(folder: string): FolderPicture {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const paths = [folder, ...names.map((name) => join(folder, name))]
  return Object.fromEntries(
    paths.map((path) => {
      const stat = lstatSync(path, { bigint: true })
      const bytes = stat.isFile()
        ? createHash('sha256').update(readFileSync(path)).digest('hex')
        : ''
      return [path, [stat.mode.toString(8), stat.mtimeNs, stat.ino, bytes].join(' ')]
    }),
  )
}
