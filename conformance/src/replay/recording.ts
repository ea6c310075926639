/** A recorded chain in a folder, read with the distrust that files deserve. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { type GenesisDocument, parseGenesis } from '@wadi/consensus/genesis/document'
import type { RecordedBlock } from '../records.ts'
import { checkBlock } from './checkBlock.ts'

const GENESIS_FILE = 'genesis.json'
/** Where the blocks of a recorded chain are. */
export const BLOCKS_FILE = 'blocks.ndjson.gz'
const COPY_AGAIN = 'copy the file again from where it was recorded'

/** A recorded chain, and how far it goes. */
export interface Recording {
  readonly document: GenesisDocument
  /** Read anew whenever it is walked. */
  readonly blocks: Iterable<RecordedBlock>
  /** The height of the last block; undefined if its line cannot be read. */
  readonly last: bigint | undefined
}

/** The recording cannot be replayed: `what` is wrong with it, and `cure` helps. */
export function damagedRecording(what: string, cure: string, cause?: unknown): UnavailableError {
  return new UnavailableError('recording.damaged', `${what}; ${cure}`, { cause })
}

/** Opens the chain that is recorded in a folder. */
export function openRecording(folder: string): Recording {
  const document = readGenesis(join(folder, GENESIS_FILE))
  const path = join(folder, BLOCKS_FILE)
  const text = unzip(path, readBytes(path))
  const lines = text.trimEnd()
  if (lines === '') throw damagedRecording(`${path} has no blocks`, COPY_AGAIN)
  return {
    document,
    blocks: { [Symbol.iterator]: () => readBlocks(path, document.height) },
    last: heightOfLine(lines.slice(lines.lastIndexOf('\n') + 1)),
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  // Of the one line that was parsed: here it would be taken for a line of the file.
  return message.replace(/ \(line 1 column \d+\)/, '')
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    const cure = `a recorded chain is a folder with ${GENESIS_FILE} and ${BLOCKS_FILE}`
    const what = existsSync(path)
      ? `${path} cannot be read (${reasonOf(error)})`
      : `there is no ${path}`
    throw damagedRecording(what, cure, error)
  }
}

function readGenesis(path: string): GenesisDocument {
  const text = Buffer.from(readBytes(path)).toString('utf8')
  try {
    return parseGenesis(text)
  } catch (error) {
    if (!(error instanceof CodedError || error instanceof SyntaxError)) throw error
    const what = `${path} is no genesis document (${reasonOf(error)})`
    throw damagedRecording(what, 'take the one of the network that was recorded', error)
  }
}

function unzip(path: string, zipped: Uint8Array): string {
  try {
    return gunzipSync(zipped).toString('utf8')
  } catch (error) {
    const what = `${path} cannot be unzipped (${reasonOf(error)})`
    throw damagedRecording(`${what}${describeRest(zipped)}`, COPY_AGAIN, error)
  }
}

/** How much of a file that is cut short can be read. */
function describeRest(zipped: Uint8Array): string {
  try {
    const text = gunzipSync(zipped, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
    const whole = text.split('\n').slice(0, -1)
    const height = heightOfLine(whole.at(-1) ?? '')
    if (height === undefined) return ' before its first line ends'
    return `: it ends in line ${whole.length + 1}, behind block ${height}`
  } catch {
    return ''
  }
}

function heightOfLine(line: string): bigint | undefined {
  try {
    return BigInt((JSON.parse(line) as RecordedBlock).height)
  } catch {
    return undefined
  }
}

function* linesOf(text: string): Generator<readonly [number: number, line: string]> {
  let start = 0
  for (let number = 1; start < text.length; number++) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(start, end)
    if (line.trim() !== '') yield [number, line]
    start = end + 1
  }
}

/** The blocks in a file, the first of which has the height `next`. */
function* readBlocks(path: string, next: bigint): Generator<RecordedBlock> {
  const first = next
  let height = next
  for (const [number, line] of linesOf(unzip(path, readBytes(path)))) {
    const where = `${path}, line ${number}`
    const block = checkBlock(parseLine(where, line), where)
    const own = BigInt(block.height)
    if (own !== height) throw wrongHeight(where, own, { first, height })
    yield block
    height++
  }
}

function parseLine(where: string, line: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch (error) {
    const what = `${where} is no JSON (${reasonOf(error)}): it was cut off or damaged`
    throw damagedRecording(what, COPY_AGAIN, error)
  }
}

function wrongHeight(
  where: string,
  own: bigint,
  { first, height }: { readonly first: bigint; readonly height: bigint },
): UnavailableError {
  const last = height - 1n
  if (height === first) {
    const cure = 'the two files do not belong together, or the first blocks are missing'
    return damagedRecording(
      `${where}: block ${own} is the first one, but the genesis document begins at ${first}`,
      cure,
    )
  }
  const cure = `get the whole recording, or stop before with --to ${last}`
  if (own < height)
    return damagedRecording(`${where}: block ${own} after block ${last}, out of order`, cure)
  const missing = own === height + 1n ? `block ${height} is` : `blocks ${height} to ${own - 1n} are`
  return damagedRecording(`${where}: block ${own} after block ${last}, so ${missing} missing`, cure)
}
