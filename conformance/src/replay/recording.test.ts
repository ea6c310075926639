import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { UnavailableError } from '@wadi/base/errors'
import type { RecordedBlock } from '../records.ts'
import { areVectorsPresent, vectorsFolder } from '../vectors.ts'
import { openRecording } from './recording.ts'

const skip = areVectorsPresent() ? false : 'vectors absent'
const BLOCKS = 'blocks.ndjson.gz'
const folder = mkdtempSync(join(tmpdir(), 'wadi-recording-'))
after(() => rmSync(folder, { recursive: true }))

const chain = join(vectorsFolder(), 'chains/debond')

function readLines(): string[] {
  return gunzipSync(readFileSync(join(chain, BLOCKS)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
}

/** A folder with the chain's genesis document and these blocks. */
function put(blocks: Uint8Array | undefined, genesis?: string): void {
  for (const name of ['genesis.json', BLOCKS]) rmSync(join(folder, name), { force: true })
  const document = genesis ?? readFileSync(join(chain, 'genesis.json'), 'utf8')
  if (document !== '') writeFileSync(join(folder, 'genesis.json'), document)
  if (blocks !== undefined) writeFileSync(join(folder, BLOCKS), blocks)
}

const zip = (lines: readonly string[]) => gzipSync(lines.join('\n'))

/** The chain with another third line. */
function putChanged(change: (block: RecordedBlock) => object): void {
  const lines = readLines()
  lines[2] = JSON.stringify(change(JSON.parse(lines[2]!) as RecordedBlock))
  put(zip(lines))
}

/** Opens the folder and reads all blocks, and gives the sentence that comes of it. */
function complaint(): string {
  try {
    for (const _ of openRecording(folder).blocks);
  } catch (error) {
    assert(error instanceof UnavailableError)
    assert.equal(error.reason, 'recording.damaged')
    assert.doesNotMatch(error.message, /\n/)
    return error.message.replaceAll(`${folder}/`, '')
  }
  return 'fine'
}

describe('a recorded chain that is read from its folder', { skip }, () => {
  it('tells from where to where it goes, and can be read twice', () => {
    put(zip(readLines()))
    const { document, last, blocks } = openRecording(folder)
    assert.deepEqual([document.height, last], [1n, 5n])
    assert.equal([...blocks].length, 5)
    assert.equal([...blocks].length, 5)
  })

  it('without a file says which one is missing, and what belongs there', () => {
    const cure = 'a recorded chain is a folder with genesis.json and blocks.ndjson.gz'
    put(zip(readLines()), '')
    assert.equal(complaint(), `there is no genesis.json; ${cure}`)
    put(undefined)
    assert.equal(complaint(), `there is no blocks.ndjson.gz; ${cure}`)
  })

  it('with a genesis document that is none says why', () => {
    put(zip(readLines()), '{"height":')
    assert.match(complaint(), /^genesis\.json is no genesis document \(.*ends early.*\); take the/)
  })

  it('of which the zipped data end early says behind which block', () => {
    const zipped = readFileSync(join(chain, BLOCKS))
    put(zipped.subarray(0, Math.floor(zipped.length * 0.9)))
    const sentence = complaint()
    assert.match(sentence, /^blocks\.ndjson\.gz cannot be unzipped \(unexpected end of file\): /)
    assert.match(sentence, /: it ends in line \d, behind block \d; copy the file again/)
    put(zipped.subarray(0, 20))
    assert.match(complaint(), /before its first line ends; copy/)
  })

  it('that is not zipped, or is empty, says so', () => {
    put(Buffer.from('hello'))
    assert.match(complaint(), /^blocks\.ndjson\.gz cannot be unzipped \(incorrect header check\); /)
    put(gzipSync(''))
    assert.match(complaint(), /^blocks\.ndjson\.gz has no blocks; /)
  })

  it('with a line that was cut off names the line', () => {
    const lines = readLines()
    put(zip(lines.map((line, i) => (i === 2 ? line.slice(0, 100) : line))))
    assert.match(
      complaint(),
      /^blocks\.ndjson\.gz, line 3 is no JSON \(.+\): it was cut off or damaged; /,
    )
  })

  it('with a block that is missing names it, and the line', () => {
    const [one, two, , , five] = readLines() as [string, string, string, string, string]
    const blocks = 'blocks 3 to 4 are missing; get the whole recording, or stop before with --to 2'
    put(zip([one, two, five]))
    assert.equal(complaint(), `blocks.ndjson.gz, line 3: block 5 after block 2, so ${blocks}`)
    put(zip([two]))
    assert.match(
      complaint(),
      /line 1: block 2 is the first one, but the genesis document begins at 1/,
    )
  })

  it('with blocks out of order, or twice, names the line', () => {
    const [one, two] = readLines() as [string, string]
    put(zip([one, two, one]))
    assert.match(complaint(), /line 3: block 1 after block 2, out of order; /)
    put(zip([one, two, two]))
    assert.match(complaint(), /line 3: block 2 after block 2, out of order; /)
  })

  it('with a field that is missing or something else names the field', () => {
    putChanged(({ height: _, ...block }) => block)
    assert.match(complaint(), /^blocks\.ndjson\.gz, line 3: the field height is missing; /)
    putChanged((block) => ({ ...block, state_root: 'zz' }))
    assert.match(
      complaint(),
      /line 3 \(block 3\): the field state_root is not 64 hexadecimal digits/,
    )
    putChanged((block) => ({ ...block, tx_results: [7] }))
    assert.match(complaint(), /the field tx_results is not a list of results of transactions; /)
    putChanged((block) => ({ ...block, state_diff: [['AA==', 7]] }))
    assert.match(complaint(), /the field state_diff is not a list of pairs of a key and a value; /)
    putChanged((block) => ({ ...block, begin_events: [{ type: 'x', attrs: ['y'] }] }))
    assert.match(complaint(), /the field begin_events is not a list of events; /)
    putChanged(() => [])
    assert.match(complaint(), /line 3 is no block, but \[\]; /)
  })

  it('with a block that cannot be taken apart, or is of another height, says so', () => {
    putChanged((block) => ({ ...block, block: block.block.slice(0, 400) }))
    assert.match(complaint(), /line 3 \(block 3\): the field block cannot be taken apart \(/)
    const [other] = readLines()
    const { block } = JSON.parse(other!) as RecordedBlock
    putChanged((record) => ({ ...record, block }))
    assert.match(complaint(), /line 3: it says block 3, but the header in it 1; /)
  })
})
