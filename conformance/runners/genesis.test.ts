import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode, encode } from '@wadi/cbor/codec'
import * as consensus from '@wadi/consensus/consensus/keys'
import {
  chainContextOf,
  cometChainId,
  GenesisDocument,
  parseGenesis,
  printGenesis,
} from '@wadi/consensus/genesis/document'
import '../src/coverage.ts'
import { blockOfRecord, bytesOfBase64, type RecordedBlock } from '../src/records.ts'
import { listChains, readNdjson, readVector } from '../src/vectors.ts'

const CHAIN_CONTEXT_KEY = Buffer.from(consensus.chainContext.keys.encode()).toString('base64')

function firstBlock(chain: string): RecordedBlock {
  const [block] = readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)
  assert.ok(block)
  return block
}

function recordedChainContext(block: RecordedBlock): string {
  const value = block.state_diff?.find(([key]) => key === CHAIN_CONTEXT_KEY)?.[1]
  assert.ok(value, 'the first block writes the chain context')
  return consensus.chainContext.value.decode(bytesOfBase64(value))
}

describe('genesis documents', () => {
  for (const chain of listChains()) {
    it(`${chain}: hash, chain context, CometBFT's name and canonical form are the recorded ones`, () => {
      const text = Buffer.from(readVector(`chains/${chain}/genesis.json`)).toString('utf8')
      const document = parseGenesis(text)
      const block = firstBlock(chain)
      const chainContext = chainContextOf(document)
      assert.equal(chainContext, recordedChainContext(block))
      assert.equal(cometChainId(chainContext), blockOfRecord(block).header.chainId)
      assert.equal(printGenesis(document), text)
      const again = decode(GenesisDocument, encode(GenesisDocument, document))
      assert.equal(chainContextOf(again), chainContext)
    })
  }
})
