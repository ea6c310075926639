import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import { type GenesisDocument, parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import * as governanceKeys from '@wadi/consensus/governance/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { add, ZERO } from '@wadi/primitives/quantity'
import { checkGenesis } from '../genesis/checkGenesis.ts'
import { exportGenesis } from '../genesis/exportGenesis.ts'
import { entriesOf, type ReadableState } from '../kernel/state.ts'
import { StopForUpgrade } from '../kernel/upgrader.ts'
import { testContext } from '../testing/testContext.ts'
import { upgradeAt } from '../testing/testGovernance.ts'
import { MemorySnapshots } from '../testing/testSnapshots.ts'
import { blockAt, decideUpgrade, propose, runTo, TestNode } from '../testing/testUpgrade.ts'
import { Application } from './application.ts'
import { genesisValidators } from './genesisValidators.ts'
import { checkHalt } from './halt.ts'
import { services } from './services.ts'

/** Records that remain as they are. */
function lastingRecords(state: ReadableState): readonly unknown[] {
  return [
    [...entriesOf(state, stakingKeys.delegations)],
    [...entriesOf(state, stakingKeys.debondingDelegations)],
    [...entriesOf(state, stakingKeys.parameters)],
    [...entriesOf(state, registryKeys.entities)],
    [...entriesOf(state, registryKeys.runtimes)],
    [...entriesOf(state, governanceKeys.proposals)],
    [...entriesOf(state, governanceKeys.votes)],
    [...entriesOf(state, consensusKeys.parameters)],
  ]
}

describe('halting where the operator wants', () => {
  it('begins no block from the height on', () => {
    checkHalt({ height: 10n }, { epoch: 1n, height: 9n })
    assert.throws(() => checkHalt({ height: 10n }, { epoch: 1n, height: 10n }), StopForUpgrade)
  })

  it('begins no block from the epoch on, but an unknown epoch is none', () => {
    checkHalt({ epoch: 5n }, { epoch: 4n, height: 9n })
    assert.throws(() => checkHalt({ epoch: 5n }, { epoch: 5n, height: 9n }), StopForUpgrade)
    checkHalt({ epoch: 5n }, { epoch: EPOCH_INVALID, height: 1n })
    checkHalt({ epoch: EPOCH_INVALID }, { epoch: 7n, height: 1n })
  })

  it('never halts at zero', () => {
    checkHalt({}, { epoch: 100n, height: 100n })
    checkHalt({ epoch: 0n, height: 0n }, { epoch: 100n, height: 100n })
  })
})

/** The dump of a node that stops at an upgrade which it cannot do, and the node. */
function haltedNode() {
  const node = TestNode.begin({ handlers: new Map() })
  decideUpgrade([node], upgradeAt(4n))
  runTo([node], 11n)
  assert.throws(() => node.application.checkUpgrade(), StopForUpgrade)
  const { time } = blockAt(11n)
  const origin = node.document
  return { node, dump: node.halts[0]!.dumpGenesis({ origin, time }) }
}

/** A chain that begins with a document, and the document that it would begin with again. */
function begin(document: GenesisDocument) {
  const { chain } = testContext({ initialHeight: document.height, baseEpoch: document.beacon.base })
  const store = new MemorySnapshots()
  const application = new Application({ chain, services, store })
  application.initChain({ document, validators: genesisValidators(document, chain.signatures) })
  const { height, genesisTime: time } = document
  return { state: store.tree, again: exportGenesis({ height, time, state: store.tree }, document) }
}

describe('the genesis document that a halt dumps', () => {
  it('is the state of the last block: its height and time, and what had been decided', () => {
    const { node, dump } = haltedNode()
    const { document } = node
    assert.deepEqual([dump.height, dump.genesisTime], [11n, blockAt(11n).time])
    assert.equal(dump.chainId, document.chainId)
    assert.equal(dump.extraData, undefined)
    assert.equal(dump.beacon.base, 3n, 'the epoch of the upgrade has not begun')
    assert.deepEqual(
      dump.governance.proposals.map((proposal) => [proposal?.id, proposal?.state]),
      [[1n, 2]],
    )
    assert.deepEqual(dump.consensus, document.consensus)
    assert.equal(dump.staking.totalSupply, document.staking.totalSupply)
    assert.equal(dump.staking.tokenSymbol, document.staking.tokenSymbol)
  })

  it('is a good one, and restores to an equal state', () => {
    const { node, dump } = haltedNode()
    const document = parseGenesis(printGenesis(dump))
    assert.equal(printGenesis(document), printGenesis(dump))
    const { signatures } = testContext().chain
    checkGenesis(document, { isDebug: false, signatures })
    const { state, again } = begin(document)
    // Fees go to the common pool; schemes have the parameters of their chain.
    const { staking, keymanager } = dump
    const commonPool = add(staking.commonPool, staking.lastBlockFees)
    const { churp } = again.keymanager
    const expected = {
      ...dump,
      staking: { ...staking, commonPool, lastBlockFees: ZERO },
      keymanager: { ...keymanager, churp },
    }
    assert.equal(printGenesis(again), printGenesis(expected))
    assert.deepEqual(lastingRecords(state), lastingRecords(node.committed.state))
  })

  it('is that of the committed state, whatever block was tried', () => {
    const { node, dump } = haltedNode()
    const { store, document } = node
    for (const stop of [() => node.application.beginBlock(blockAt(12n)), () => propose(node)])
      assert.throws(stop, StopForUpgrade)
    const state = store.reopened().tree
    const { time } = blockAt(11n)
    assert.equal(
      printGenesis(dump),
      printGenesis(exportGenesis({ height: 11n, time, state }, document)),
    )
    const later = node.halts[0]!.dumpGenesis({ origin: document, time })
    assert.equal(printGenesis(later), printGenesis(dump))
    assert.equal(node.halts.length, 1)
  })

  it('is not there before the first block', () => {
    const node = TestNode.begin({ halt: { height: 1n } })
    assert.throws(() => node.application.beginBlock(blockAt(1n)), StopForUpgrade)
    const [halted] = node.halts
    assert.deepEqual([halted!.height, halted!.epoch], [0n, EPOCH_INVALID])
    const { time } = blockAt(1n)
    const dump = () => halted!.dumpGenesis({ origin: node.document, time })
    assert.throws(dump, { module: 'consensus', code: 1 })
  })
})
