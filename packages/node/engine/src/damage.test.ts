import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { beginTrials, damageEveryFile, STORE_FOLDERS } from './testing/damageTrials.ts'

/** So many places of every file; `slow-damage.test.ts` tries more. */
const PLACES = 4

describe('WAL and block store with any byte flipped: detected, repaired from peers, or refused with words', () => {
  for (const folder of STORE_FOLDERS)
    it(`${folder}: the chain goes on, nobody signs twice, and all blocks are there again`, () => {
      const network = beginTrials()
      const counts = damageEveryFile(network, folder, PLACES)
      assert.ok(counts.refused > 0, 'a header of a store, or the file of the signer')
      assert.ok(counts.started > 0 || folder === 'keys')
      network.stop()
    })
})
