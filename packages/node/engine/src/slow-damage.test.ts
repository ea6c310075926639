import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { beginTrials, damageEveryFile, STORE_FOLDERS } from './testing/damageTrials.ts'

const PLACES = 60

describe('every file of a node with a byte flipped at many places', () => {
  for (const folder of STORE_FOLDERS)
    it(`${folder}: the chain goes on, nobody signs twice, and all blocks are there again`, () => {
      const network = beginTrials()
      const { started, refused } = damageEveryFile(network, folder, PLACES)
      assert.ok(started + refused >= PLACES)
      network.stop()
    })
})
