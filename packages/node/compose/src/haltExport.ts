/** The state that a node leaves behind when it has to stop: a genesis document in a file. */

import { toUtf8 } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import { type GenesisDocument, printGenesis } from '@wadi/consensus/genesis/document'
import type { Halted } from '@wadi/consensus-services/application/halt'
import { type FileSystem, replaceFile } from '@wadi/node-storage/file-system'
import type { Moment } from '@wadi/primitives/moment'

/** Where the document goes, and what it is made of. */
export interface HaltExportOptions {
  readonly files: FileSystem
  readonly dataDir: string
  /** The document that the chain began with. */
  readonly document: GenesisDocument
  /** Of a block that is here. */
  readonly timeOf: (height: bigint) => Moment | undefined
  readonly log: Logger
}

const FOLDER = 'exports'

/**
 * Writes the last committed state where the reference writes it. Whatever is in the way is only
 * logged: the node has to stop anyway.
 */
export function exportHalted(halted: Halted, options: HaltExportOptions): void {
  const { files, dataDir, document: origin, timeOf, log } = options
  const { height, epoch } = halted
  try {
    const time = timeOf(height)
    if (time === undefined) {
      log.error('no genesis document is written: the last block is not here', { height, epoch })
      return
    }
    const document = halted.dumpGenesis({ origin, time })
    const folder = `${dataDir}/${FOLDER}`
    files.makeFolder(folder)
    const name = `genesis-${document.chainId}-at-${document.height}.json`
    replaceFile(files, folder, name, [toUtf8(printGenesis(document))])
    log.info('the state is in a genesis document', { height, epoch, path: `${folder}/${name}` })
  } catch (error) {
    if (!isTold(error)) throw error
    log.error('no genesis document is written', { height, epoch, why: error.message })
  }
}
