import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type GenesisDocument, printGenesis } from '@wadi/consensus/genesis/document'
import { add, ZERO } from '@wadi/primitives/quantity'
import { Application } from '../application/application.ts'
import { genesisValidators } from '../application/genesisValidators.ts'
import { services } from '../application/services.ts'
import { testContext } from '../testing/testContext.ts'
import { testDocument } from '../testing/testDocument.ts'
import { MemorySnapshots } from '../testing/testSnapshots.ts'
import { checkGenesis } from './checkGenesis.ts'
import { exportGenesis } from './exportGenesis.ts'

/** Begins a chain, and gives its first state as a document again. */
function again(document: GenesisDocument): GenesisDocument {
  const baseEpoch = document.beacon.base
  const { chain } = testContext({ initialHeight: document.height, baseEpoch })
  const store = new MemorySnapshots()
  const application = new Application({ chain, services, store })
  const validators = genesisValidators(document, chain.signatures)
  application.initChain({ document, validators })
  const { height, genesisTime: time } = document
  return exportGenesis({ height, time, state: store.tree }, document)
}

describe('a dump', () => {
  const dump = again(testDocument())
  it('is the document that the chain began with, where it is kept', () => {
    const { staking, governance, vault, scheduler, consensus, beacon, roothash } = testDocument()
    const commonPool = add(staking.commonPool, staking.lastBlockFees)
    assert.deepEqual(dump.staking, { ...staking, commonPool, lastBlockFees: ZERO })
    const kept = { vault, scheduler, consensus, beacon }
    assert.deepEqual({ ...dump, ...kept }, dump)
    assert.deepEqual(dump.governance.proposals, governance.proposals)
    // COMPAT(oasis-core): who has no votes has null.
    const votes = [...dump.governance.voteEntries.values()].filter((list) => list !== undefined)
    assert.deepEqual(votes, [...governance.voteEntries.values()])
    assert.deepEqual(dump.roothash.params, roothash.params)
  })

  it('COMPAT: has no nodes but validators', () => {
    const { registry } = testDocument()
    assert.deepEqual(dump.registry.nodes, registry.nodes.slice(0, 1))
    assert.equal(dump.registry.nodeStatuses.size, 1)
    assert.deepEqual(dump.registry.suspendedRuntimes, registry.suspendedRuntimes)
  })

  it('is accepted, and is the same when a chain begins with it', () => {
    const { signatures } = testContext().chain
    checkGenesis(dump, { isDebug: false, signatures })
    // The first dump adds a part for schemes; their parameters are those of the next chain.
    const { churp } = again(dump).keymanager
    const next = { ...dump, keymanager: { ...dump.keymanager, churp } }
    assert.equal(printGenesis(again(dump)), printGenesis(next))
    assert.equal(printGenesis(again(next)), printGenesis(next))
  })
})
