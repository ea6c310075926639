/** Recorded chains among the vectors, by name. */

import { parseUtf8 } from '@wadi/base/bytes'
import {
  chainContextOf,
  type GenesisDocument,
  parseGenesis,
} from '@wadi/consensus/genesis/document'
import type { RecordedBlock } from './records.ts'
import type { RecordedChain } from './replay/replayChain.ts'
import { readNdjson, readVector } from './vectors.ts'

/** The chain of a name, from its genesis document on. */
export function readChain(name: string): RecordedChain {
  const blocks = readNdjson<RecordedBlock>(`chains/${name}/blocks.ndjson.gz`)
  return { document: readDocument(name), blocks }
}

/** Under which context the nodes of the chain sign. */
export function contextOfChain(name: string): string {
  return chainContextOf(readDocument(name))
}

function readDocument(name: string): GenesisDocument {
  return parseGenesis(parseUtf8(readVector(`chains/${name}/genesis.json`)))
}
