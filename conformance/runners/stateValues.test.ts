import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { tableOfKey } from '@wadi/consensus/state/stateTables'
import '../src/coverage.ts'
import { bytesOfBase64, type RecordedBlock } from '../src/records.ts'
import { listChains, readNdjson } from '../src/vectors.ts'

/** Takes key and value apart by the tables and puts them together again. */
function checkEntry(key: Uint8Array, value: Uint8Array | undefined): void {
  const table = tableOfKey(key)
  assert.equal(toHex(table.keys.join(...table.keys.decode(key))), toHex(key), table.name)
  if (value === undefined) return
  const again = table.value.encode(table.value.decode(value))
  assert.equal(toHex(again), toHex(value), `${table.name} ${toHex(key)}`)
}

describe('keys and values of the consensus state', () => {
  for (const chain of listChains()) {
    it(`${chain}: every entry of every block has a table, and the same bytes again`, () => {
      let count = 0
      for (const block of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
        for (const [key, value] of block.state_diff ?? []) {
          checkEntry(bytesOfBase64(key), value === null ? undefined : bytesOfBase64(value))
          count++
        }
      }
      assert.notEqual(count, 0)
    })
  }
})
