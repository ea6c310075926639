import { type GenesisDocument, printGenesis } from '@wadi/consensus/genesis/document'
import type { CommandWorld } from '@wadi/node-config/command'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { writeGenesisFile } from '@wadi/provisioning/genesis-file'

/** Writes a document to a file; to the output where none is named. */
export function writeGenesis(
  document: GenesisDocument,
  path: string,
  { out }: Pick<CommandWorld, 'out'>,
): void {
  if (path === '') out.write(printGenesis(document))
  else writeGenesisFile(nodeFiles, path, document)
}
