/** The newest block that a node without a state has verified, for its next start. */

import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { bytes, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'
import type { TrustedPoint } from '@wadi/tendermint/light/lightClient'

const Content = struct({ height: u64, hash: bytes })

const FOLDER = 'consensus/light'
const NAME = 'trusted.cbor'

/** See the top of this file. */
export interface TrustFile {
  /** Undefined if there is none, or none that can be read. */
  load(): TrustedPoint | undefined
  save(trusted: TrustedPoint): void
}

/** That of a folder. It is trusted as everything in the folder of a node is. */
export function openTrustFile(files: FileSystem, dataDir: string): TrustFile {
  const folder = `${dataDir}/${FOLDER}`
  const path = `${folder}/${NAME}`
  return {
    load() {
      if (!files.exists(path)) return undefined
      try {
        const { height, hash } = decode(Content, readWhole(files, path))
        return hash === undefined ? undefined : { height, hash }
      } catch (error) {
        if (error instanceof CodedError) return undefined
        throw error
      }
    },
    save({ height, hash }) {
      files.makeFolder(`${dataDir}/consensus`)
      files.makeFolder(folder)
      replaceFile(files, folder, NAME, [encode(Content, { height, hash })])
    },
  }
}
