/** What outlives a network: the next one goes on with what is preserved of a runtime. */

import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { RUNTIME_PLACES } from '@wadi/contracts/runtime-places'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'

const HEADER = 'store.json'
/** What `unsafe-reset` can preserve. */
const PRESERVED = [RUNTIME_PLACES.local, RUNTIME_PLACES.trees]

/**
 * Takes over for a network what is left of another one's runtime: where its history was forgotten,
 * what was preserved of it is of use to any network that has the same state. A whole folder of
 * another network stays as it is, and is refused by whoever opens it.
 */
export function adoptStores(files: FileSystem, folder: string, chain: string): void {
  if (files.exists(`${folder}/${RUNTIME_PLACES.history}/${HEADER}`)) return
  for (const name of PRESERVED) adopt(files, `${folder}/${name}`, chain)
}

function adopt(files: FileSystem, path: string, chain: string): void {
  if (!files.exists(`${path}/${HEADER}`)) return
  const header = headerIn(files, path)
  if (header === undefined) return
  // The namespace follows, where there is one.
  const [before, ...rest] = header.chain.split(' ')
  if (before === chain) return
  const adopted = { ...header, chain: [chain, ...rest].join(' ') }
  replaceFile(files, path, HEADER, [toUtf8(`${JSON.stringify(adopted)}\n`)])
}

/** Undefined where it cannot be read: whoever opens the store says so. */
function headerIn(files: FileSystem, path: string): { readonly chain: string } | undefined {
  try {
    const header = JSON.parse(parseUtf8(readWhole(files, `${path}/${HEADER}`)))
    return typeof header?.chain === 'string' ? header : undefined
  } catch {
    return undefined
  }
}
