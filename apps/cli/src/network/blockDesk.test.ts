import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { hashOfBytes } from '@wadi/primitives/hash'
import { outcomeText } from '../words/blockTransaction.ts'
import { provenBlocks } from './blockDesk.ts'

const RAW = [Uint8Array.of(1), Uint8Array.of(2)]

/** A light client of a chain from 7 to 42, each block with a transaction that failed. */
const light = {
  client: {
    consensus: {
      getLatestHeight: async () => 42n,
      getGenesisDocument: async () => ({ height: 7n }),
      getTransactions: async (height: bigint) => (height === 9n ? [] : RAW),
    },
  },
  results: async (height: bigint) => {
    const common = { data: new Uint8Array(), gasWanted: 1000n }
    return height === 9n
      ? []
      : [
          { ...common, code: 0, gasUsed: 30n },
          { ...common, code: 9, gasUsed: 20n },
        ]
  },
}

describe('blocks that are proved', () => {
  const desk = provenBlocks(light)

  it('go up to the one before the last, which names no results yet', async () => {
    assert.deepEqual(await desk.heights(), { first: 7n, last: 41n })
  })

  it('say which transactions there are, and of a failure no more than its code', async () => {
    const all = await desk.transactions(8n)
    assert.deepEqual(
      all.map(({ hash }) => hash),
      RAW.map((bytes) => toHex(hashOfBytes(bytes))),
    )
    assert.deepEqual(all.map(outcomeText), [
      'done',
      'failed with code 9, whose module nobody proves',
    ])
    assert.deepEqual(
      all.map(({ result }) => result?.gasUsed),
      [30n, 20n],
    )
    assert.deepEqual(all[1]?.result?.error, { code: 9 })
    assert.deepEqual(await desk.transactions(9n), [])
  })

  it('have none that wait: nobody proves it', async () => {
    assert.deepEqual(await desk.waiting(), [])
  })
})
