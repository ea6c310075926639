/** Peers of the network of runtimes that were known when a node or a seed stopped. */

import type { PeerBook } from '@wadi/libp2p/peer-book'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'

const FOLDER = 'p2p'
const NAMES = { node: 'peers.cbor', seed: 'registrations.cbor' } as const

/** Where it is in a folder. COMPAT(oasis-core): there it is a part of the node's database. */
export interface BookPlace {
  readonly files: FileSystem
  readonly dataDir: string
  readonly of: keyof typeof NAMES
}

/** The book of a folder. */
export function openBookFile({ files, dataDir, of }: BookPlace): PeerBook {
  const folder = `${dataDir}/${FOLDER}`
  const name = NAMES[of]
  const path = `${folder}/${name}`
  return {
    load: async () => (files.exists(path) ? readWhole(files, path) : undefined),
    save: async (content) => {
      files.makeFolder(folder)
      replaceFile(files, folder, name, [content])
    },
  }
}
