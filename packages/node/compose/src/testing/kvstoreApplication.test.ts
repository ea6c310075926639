import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { Misbehavior } from '@wadi/contracts/application'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { genesisOf } from '../engineGenesis.ts'
import { createNetworkGenesis } from '../networkGenesis.ts'
import { KvstoreApplication, type KvstoreOptions } from './kvstoreApplication.ts'
import { contextOf, runBlock } from './lockstep.ts'

const network = createNetworkGenesis({ validators: 2 })
const genesis = genesisOf(network.document, chainTermsOf(network.document))

function begin(options: KvstoreOptions = {}): KvstoreApplication {
  const application = new KvstoreApplication(options)
  application.initChain(genesis)
  return application
}

const run = (application: KvstoreApplication, height: bigint, ...transactions: string[]) =>
  runBlock(network, [application], { height, transactions: transactions.map(toUtf8) })

describe('the application of pairs', () => {
  it('keeps pairs, and has another hash after every block', () => {
    const application = begin()
    const first = run(application, 1n, 'a=1', 'b=2')
    const second = run(application, 2n, 'a=3=4')
    assert.notDeepEqual(first.commit.appHash, second.commit.appHash)
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => application.get(key)),
      ['3=4', '2', undefined],
    )
    assert.deepEqual(application.info().appHash, second.commit.appHash)
  })

  it('refuses what is no pair', () => {
    const application = begin()
    for (const wrong of ['', 'a', '=a', 'val:00!1', 'val:zz'])
      assert.equal(application.checkTx(toUtf8(wrong)).code, 1)
    assert.equal(application.checkTx(Uint8Array.of(0xff)).code, 1)
    assert.equal(
      application.processProposal(contextOf(network, { height: 1n }), [toUtf8('a')]),
      false,
    )
  })

  it('gives validators another power', () => {
    const key = toHex(network.validators[0]!.consensus.publicKey)
    const { end } = run(begin(), 1n, `val:${key}!7`, `val:${key}!9`)
    assert.deepEqual(
      end.validatorUpdates.map(({ power }) => power),
      [9n],
    )
  })

  it('takes a vote from who misbehaves, and tells who did', () => {
    const application = begin()
    const { publicKey } = network.validators[1]!.consensus
    const address = validatorAddress(publicKey)
    const guilty: Misbehavior = {
      kind: 'duplicate-vote',
      address,
      power: 1n,
      height: 1n,
      time: { seconds: 1n, nanoseconds: 0 },
      totalVotingPower: 2n,
    }
    const { end } = runBlock(network, [application], { height: 1n, misbehavior: [guilty] })
    assert.deepEqual(end.validatorUpdates, [{ publicKey, power: 62_499_999n }])
    assert.deepEqual(application.punished(), [address])
  })

  it('forgets a block that is begun anew', () => {
    const [application, witness] = [begin(), begin()]
    const context = contextOf(network, { height: 1n })
    application.beginBlock({ ...context, header: new Uint8Array(0), transactions: [] })
    application.deliverTx(toUtf8('lost=1'))
    runBlock(network, [application, witness], { height: 1n })
    assert.equal(application.get('lost'), undefined)
  })

  it('goes on from its folder, or from a snapshot of another', () => {
    const files = new MemoryFiles()
    const options = { folder: 'kv', files, snapshotInterval: 2n, kept: 3n }
    const first = begin(options)
    for (let height = 1n; height <= 6n; height++) run(first, height, `key${height}=${height}`)
    files.kill()
    const second = new KvstoreApplication(options)
    assert.deepEqual(second.info(), first.info())
    assert.equal(run(second, 7n).commit.retainHeight, 4n)
    const snapshot = second.listSnapshots().find(({ height }) => height === 7n)!
    const third = new KvstoreApplication({ folder: 'other', files: new MemoryFiles() })
    assert.equal(third.offerSnapshot(snapshot, second.info().appHash), 'accept')
    for (let i = 0; i < snapshot.chunks; i++)
      third.applySnapshotChunk(i, second.loadSnapshotChunk(7n, snapshot.format, i), 'peer')
    assert.deepEqual(third.info(), second.info())
    assert.equal(third.get('key6'), '6')
  })
})
