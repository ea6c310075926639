import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { chainContextOf, printGenesis } from '@wadi/consensus/genesis/document'
import { testDocument } from '@wadi/consensus-services/testing/document'
import { nodeFiles as files } from '@wadi/node-storage/node-files'
import { put, scratchFolder } from '../testing/scratch.ts'
import {
  anyChainSignatures,
  inspectGenesisFile,
  readGenesisFile,
  requireSane,
  writeGenesisFile,
} from './genesisFile.ts'

const folder = scratchFolder()
const document = testDocument()
const terms = { isDebug: false, signatures: anyChainSignatures('forbidden') }

function refuses(act: () => unknown, reason: string, sentence: RegExp): void {
  assert.throws(act, (error: Error & { reason: string }) => {
    assert.equal(error.reason, `provisioning.${reason}`)
    assert.match(error.message, sentence)
    return true
  })
}

describe('a genesis document in a file', () => {
  const path = join(folder, 'genesis.json')
  writeGenesisFile(files, path, document)

  it('comes back, and is told by its two hashes', () => {
    assert.deepEqual(readGenesisFile(files, path).document, document)
    const checksum = createHash('sha256').update(printGenesis(document)).digest('hex')
    const chainContext = chainContextOf(document)
    assert.deepEqual(inspectGenesisFile(files, path, terms), { chainContext, checksum })
  })

  it('is told by its difference where its form is another one', () => {
    const text = printGenesis(document).replace('"height": 1,', '"height":1,')
    const other = put(folder, 'other.json', text)
    const found = inspectGenesisFile(files, other, terms)
    assert.match(found.difference ?? '', /\n- {2}"height":1,\n\+ {2}"height": 1,\n/)
    assert.equal(found.chainContext, chainContextOf(document))
  })

  it('is refused with its path if it is none, or one with which no network can begin', () => {
    const inspect = (name: string, text: string) => () =>
      inspectGenesisFile(files, put(folder, name, text), terms)
    refuses(
      inspect('text', 'hello'),
      'badFile',
      /text is not a genesis document \(.*--genesis\.file/,
    )
    const noHeight = printGenesis(document).replace('"height": 1,', '"height": 0,')
    refuses(
      inspect('height', noHeight),
      'badGenesis',
      /begin with .*height: .* >= 1.*; correct that/,
    )
    const missing = () => inspectGenesisFile(files, join(folder, 'none'), terms)
    refuses(missing, 'missing', /none does not exist; name another file with --genesis\.file$/)
  })

  it('is told to be for tests if it is, with the flags that allow it', () => {
    const { beacon } = document
    const params = { ...beacon.params, debugMockBackend: true }
    const mock = { ...document, beacon: { ...beacon, params } }
    const remedy = /it is for tests: give --debug\.dont_blame_oasis and --debug\.allow_test_keys$/
    refuses(() => requireSane(mock, 'it', terms), 'badGenesis', remedy)
    requireSane(mock, 'it', { ...terms, isDebug: true })
  })
})
