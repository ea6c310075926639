/** Recorded chains among the vectors, by name. */

import { parseUtf8 } from '@wadi/base/bytes'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import type { RecordedBlock } from './records.ts'
import type { RecordedChain } from './replay/replayChain.ts'
import { readNdjson, readVector } from './vectors.ts'

/** The chain of a name, from its genesis document on. */
export function readChain(name: string): RecordedChain {
  const document = parseGenesis(parseUtf8(readVector(`chains/${name}/genesis.json`)))
  const blocks = readNdjson<RecordedBlock>(`chains/${name}/blocks.ndjson.gz`)
  return { document, blocks }
}
