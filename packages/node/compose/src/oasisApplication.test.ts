import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { assert as assertOwn } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { services } from '@wadi/consensus-services/services'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { genesisOf } from './engineGenesis.ts'
import { createNetworkGenesis, type NetworkGenesis } from './networkGenesis.ts'
import { signedTransfer } from './networkTransfer.ts'
import { OasisApplication, type OasisApplicationOptions } from './oasisApplication.ts'
import { contextOf, runBlock, runDecided } from './testing/lockstep.ts'

const network = createNetworkGenesis({ validators: 3, epochBlocks: 4n })
const [alice, bob] = network.accounts as [
  (typeof network.accounts)[0],
  (typeof network.accounts)[0],
]

type Changes = Partial<OasisApplicationOptions> & { readonly of?: NetworkGenesis }

function open({ of = network, files = new MemoryFiles(), ...changes }: Changes = {}) {
  const { document, validators } = of
  const signer = validators[0]?.consensus.signer
  return new OasisApplication({ document, folder: 'node', files, signer, ...changes })
}

function begin(changes: Changes = {}): OasisApplication {
  const application = open(changes)
  const { document } = changes.of ?? network
  application.initChain(genesisOf(document, chainTermsOf(document)))
  return application
}

function transfer(nonce: bigint, amount = 1n, chain = network): Uint8Array {
  const { chainContext } = chain
  return signedTransfer({ chainContext, from: alice, to: bob.address, amount, nonce })
}

/** Runs blocks without anything in them. */
function runEmpty(
  applications: readonly OasisApplication[],
  from: bigint,
  to: bigint,
  of = network,
) {
  for (let height = from; height <= to; height++) runBlock(of, applications, { height })
}

describe('the consensus layer behind the contract', () => {
  it('does the same whether a block was proposed, checked before, or only decided', () => {
    const proposer = begin()
    const checker = begin()
    const late = begin()
    for (let height = 1n; height <= 9n; height++) {
      const context = contextOf(network, { height, proposer: 0 })
      const offered = { transactions: [transfer(height - 1n)], bytesMax: 1_000_000n }
      const transactions = proposer.prepareProposal({
        ...context,
        hash: new Uint8Array(0),
        ...offered,
      })
      assert.equal(transactions.length, 2)
      for (const application of [proposer, checker])
        assert.equal(application.processProposal(context, transactions), true)
      const [first, ...others] = [proposer, checker, late].map((application) =>
        runDecided(application, context, transactions),
      )
      for (const other of others) assert.deepEqual(other, first)
      assert.deepEqual(
        first?.results.map(({ code }) => code),
        [0, 0],
      )
    }
  })

  it('puts the values of events into base64, as the reference does', () => {
    const { results } = runBlock(network, [begin()], { height: 1n, transactions: [transfer(0n)] })
    const [event] = results[0]?.events ?? []
    assert.equal(event?.type, 'oasis_event_100_staking')
    const [{ key, value } = { key: '', value: '' }] = event?.attributes ?? []
    assert.equal(key, 'transfer')
    assert.match(value, /^[A-Za-z0-9+/]+=*$/)
    assert.equal(toHex(Buffer.from(value, 'base64')).slice(0, 2), 'a3')
  })

  it('says how far it is after a crash, whatever the engine has noted', () => {
    const files = new MemoryFiles()
    const first = begin({ files })
    const witness = begin()
    runEmpty([first, witness], 1n, 5n)
    const before = first.info()
    assert.equal(before.height, 5n)
    files.kill()
    const second = open({ files })
    assert.deepEqual(second.info(), before)
    runEmpty([second, witness], 6n, 9n)
  })

  it('forgets a block that it had begun when it was killed', () => {
    const files = new MemoryFiles()
    const first = begin({ files })
    const witness = begin()
    runEmpty([first, witness], 1n, 2n)
    first.beginBlock({
      ...contextOf(network, { height: 3n }),
      header: new Uint8Array(0),
      transactions: [],
    })
    first.deliverTx(transfer(0n))
    files.kill()
    runEmpty([open({ files }), witness], 3n, 4n)
  })

  it('survives a power cut at any moment of a commit', () => {
    for (let cut = 0; cut < 12; cut++) {
      const files = new MemoryFiles()
      const first = begin({ files })
      const witness = begin()
      runEmpty([first, witness], 1n, 2n)
      files.failAfter(cut)
      try {
        runEmpty([first], 3n, 3n)
      } catch {
        // The disk is gone.
      }
      files.cutPower((bound) => (cut * 7) % bound)
      const second = open({ files })
      const { height } = second.info()
      assert.ok(height === 2n || height === 3n)
      runEmpty([witness], 3n, height)
      runEmpty([second, witness], height + 1n, 4n)
    }
  })

  it('begins anew when the engine does so before the first block', () => {
    const application = begin()
    const request = genesisOf(network.document, chainTermsOf(network.document))
    const { appHash } = application.initChain(request)
    assert.deepEqual(application.initChain(request).appHash, appHash)
    runEmpty([application, begin()], 1n, 2n)
  })

  it('refuses the genesis of another network', () => {
    const other = createNetworkGenesis({ seed: 'other', validators: 1 })
    const request = genesisOf(other.document, chainTermsOf(other.document))
    const own = genesisOf(network.document, chainTermsOf(network.document))
    const reason = 'oasisApplication.otherGenesis'
    for (const wrong of [request, { ...own, appState: request.appState }])
      assert.throws(() => open().initChain(wrong), { reason })
    assert.throws(() => open().initChain({ ...own, initialHeight: 2n }), { reason })
  })

  it('refuses validators that the document has not registered so', () => {
    const own = genesisOf(network.document, chainTermsOf(network.document))
    const validators = own.validators.map((one) => ({ ...one, power: one.power + 1n }))
    assert.throws(() => open().initChain({ ...own, validators }), { module: 'unknown' })
  })

  it('changes votes with the rewards of an epoch', () => {
    const application = begin()
    runEmpty([application], 1n, 7n)
    const { end } = runBlock(network, [application], { height: 8n })
    assert.equal(end.validatorUpdates.length, 3)
    assert.equal(end.consensusParamUpdates?.appVersion, 30_064_771_072n)
  })

  it('slashes and freezes whoever signed two blocks', () => {
    const application = begin()
    runEmpty([application], 1n, 2n)
    const address = validatorAddress(network.validators[1]!.consensus.publicKey)
    const time = { seconds: network.document.genesisTime.seconds + 2n, nanoseconds: 0 }
    const misbehavior = [
      { kind: 'duplicate-vote', address, power: 1n, height: 2n, time, totalVotingPower: 3n },
    ] as const
    runBlock(network, [application], { height: 3n, misbehavior })
    const { end } = runBlock(network, [application], { height: 4n })
    const gone = end.validatorUpdates.filter(({ power }) => power === 0n)
    const guilty = network.validators[1]?.consensus.publicKey
    assert.deepEqual(
      gone.map(({ publicKey }) => publicKey),
      [guilty],
    )
  })

  it('takes good transactions, ranks them, and refuses others with the reason', () => {
    const heard: Uint8Array[] = []
    const application = begin({ onChecked: (transaction) => heard.push(transaction) })
    runEmpty([application], 1n, 1n)
    const good = application.checkTx(transfer(0n), 'new')
    assert.deepEqual([good.code, good.sender], [0, ''])
    assert.ok(good.priority > 0n)
    assert.equal(application.checkTx(transfer(1n), 'new').code, 0)
    const repeated = application.checkTx(transfer(0n), 'new')
    assert.deepEqual([repeated.codespace, repeated.code], ['consensus/transaction', 1])
    assert.notEqual(application.checkTx(Uint8Array.of(1, 2, 3), 'new').code, 0)
    assert.deepEqual(heard, [transfer(0n), transfer(1n)])
  })

  it('tells of a transaction once, however often it is looked at again', () => {
    const heard: Uint8Array[] = []
    const application = begin({ onChecked: (transaction) => heard.push(transaction) })
    runEmpty([application], 1n, 1n)
    assert.equal(application.checkTx(transfer(0n), 'recheck').code, 0)
    assert.deepEqual(heard, [])
  })

  it('rejects a proposal without metadata, and stops at such a block', () => {
    const application = begin()
    const context = contextOf(network, { height: 1n })
    assert.equal(application.processProposal(context, []), false)
    assert.throws(() => runDecided(application, context, []), { reason: 'block.missingMetadata' })
  })

  it('says aloud why it has no vote for a proposal, and where in the program if that is wrong', () => {
    const log = new MemoryLog()
    const failing: Service = {
      ...services[0]!,
      name: '950_failing',
      methods: {},
      beginBlock: ({ committed }) => assertOwn(committed === undefined, 'a bug of the test'),
    }
    const application = begin({
      logger: createLogger('application', log.sink),
      services: [...services, failing],
    })
    assert.equal(application.processProposal(contextOf(network, { height: 1n }), []), false)
    runEmpty([application], 1n, 1n)
    assert.equal(application.processProposal(contextOf(network, { height: 2n }), []), false)
    for (const { level, sentence } of log.records)
      assert.deepEqual([level, sentence], ['error', 'failed to process proposal'])
    const [bad, bug] = log.records.map(({ fields }) => fields)
    const why = 'block: missing required block metadata'
    assert.deepEqual(bad, { height: 1n, why, stack: undefined })
    const stack = bug?.['stack']
    assert.deepEqual(bug, { height: 2n, why: 'BugError: a bug of the test', stack })
    assert.match(String(stack), /oasisApplication\.test\.ts/)
  })

  it('stops before the height that its operator does not want', () => {
    const files = new MemoryFiles()
    const told: bigint[] = []
    const halt = { height: 3n }
    const application = begin({ files, halt, onHalt: ({ height }) => told.push(height) })
    runEmpty([application], 1n, 2n)
    assert.throws(() => runEmpty([application], 3n, 3n), StopForUpgrade)
    assert.deepEqual(told, [2n])
    files.kill()
    assert.equal(open({ files }).info().height, 2n)
  })

  it('prunes old versions in batches, and lets blocks go afterwards', () => {
    const pruning = { strategy: 'keep_n', kept: 3n } as const
    const application = begin({ pruning, pruneBatch: 4n })
    const retained = Array.from({ length: 12 }, (_, i) => {
      return runBlock(network, [application], { height: BigInt(i + 1) }).commit.retainHeight
    })
    assert.deepEqual(retained, [1n, 1n, 1n, 1n, 1n, 1n, 1n, 5n, 5n, 5n, 5n, 9n])
    assert.throws(() => application.stateAt(8n), { module: 'consensus', code: 3 })
    assert.equal(application.stateAt(9n).root.version, 9n)
  })

  it('tells of each version that it prunes, as those who watch the reference expect', () => {
    const log = new MemoryLog()
    const pruning = { strategy: 'keep_n', kept: 3n } as const
    const logger = createLogger('application', log.sink)
    runEmpty([begin({ pruning, pruneBatch: 4n, logger })], 1n, 8n)
    const told = log.records.filter(({ fields }) => fields['log_event'] === 'cometbft/abci/prune')
    assert.deepEqual(
      told.map(({ level, fields }) => [level, fields['version']]),
      [1n, 2n, 3n, 4n].map((version) => ['debug', version]),
    )
  })

  it('prunes fewer when it is time', () => {
    const pruning = { strategy: 'keep_n', kept: 3n } as const
    const clock = new FakeClock()
    const application = begin({ pruning, clock, pruneIntervalMs: 10_000 })
    const retained = Array.from({ length: 9 }, (_, i) => {
      clock.advance(2_500)
      return runBlock(network, [application], { height: BigInt(i + 1) }).commit.retainHeight
    })
    assert.deepEqual(retained, [1n, 1n, 1n, 1n, 2n, 2n, 2n, 2n, 6n])
  })

  it('stops where something does not hold, as often as it looks', () => {
    const checked: bigint[] = []
    let height = 0n
    const watching: Service = {
      name: '950_watching',
      methods: {},
      priority: () => 0n,
      *violations() {
        checked.push(height)
        if (height === 6n) yield { invariant: 'test.six', details: 'it is six' }
      },
    }
    const application = begin({ services: [...services, watching], checkedEvery: 3n })
    const run = () => runBlock(network, [application], { height: ++height })
    for (let i = 0; i < 5; i++) run()
    assert.throws(run, {
      reason: 'oasisApplication.broken',
      message: /950_watching after block 6: test\.six: it is six$/,
    })
    assert.deepEqual(checked, [3n, 6n])
    runEmpty([begin({ services: [...services, watching] })], 1n, 7n)
    assert.equal(checked.length, 2)
  })
})

describe('snapshots of the consensus layer', () => {
  const synced = createNetworkGenesis({
    validators: 1,
    accounts: 64,
    params: {
      stateCheckpointInterval: 3n,
      stateCheckpointNumKept: 1n,
      stateCheckpointChunkSize: 2_000n,
    },
  })

  it('are made as the parameters say, and an empty application goes on from one', () => {
    const source = begin({ of: synced })
    runEmpty([source], 1n, 8n, synced)
    const heights = source.listSnapshots().map(({ height }) => height)
    assert.deepEqual(heights, [1n, 7n])
    const snapshot = source.listSnapshots().find(({ height }) => height === 7n)
    assert.ok(snapshot !== undefined && snapshot.chunks > 2)
    const log = new MemoryLog()
    const target = open({ of: synced, logger: createLogger('application', log.sink) })
    const appHash = source.stateAt(7n).rootHash()
    assert.equal(target.offerSnapshot(snapshot, new Uint8Array(32)), 'reject')
    assert.equal(target.offerSnapshot(snapshot, appHash), 'accept')
    for (let i = 0; i < snapshot.chunks; i++) {
      const chunk = source.loadSnapshotChunk(7n, snapshot.format, i)
      if (i === 1) {
        const { result, refetchChunks } = target.applySnapshotChunk(i, Uint8Array.of(0), 'peer')
        assert.deepEqual([result, refetchChunks], ['retry', [1]])
      }
      assert.deepEqual(log.records, [])
      assert.equal(target.applySnapshotChunk(i, chunk, 'peer').result, 'accept')
    }
    assert.deepEqual(
      log.records.map(({ level, fields }) => [level, fields]),
      [['info', { height: 7n, log_event: 'cometbft/abci/state_sync_complete' }]],
    )
    assert.deepEqual([target.info().height, target.info().appHash], [7n, appHash])
    assert.equal(target.offerSnapshot(snapshot, appHash), 'abort')
    runEmpty([target], 8n, 8n, synced)
    assert.deepEqual(target.info(), source.info())
    runEmpty([source, target], 9n, 10n, synced)
  })

  it('begin anew after a crash in the middle', () => {
    const source = begin({ of: synced })
    runEmpty([source], 1n, 7n, synced)
    const snapshot = source.listSnapshots().at(-1)!
    const appHash = source.stateAt(snapshot.height).rootHash()
    const files = new MemoryFiles()
    const first = open({ of: synced, files })
    first.offerSnapshot(snapshot, appHash)
    first.applySnapshotChunk(0, source.loadSnapshotChunk(snapshot.height, 1, 0), 'peer')
    files.kill()
    const second = open({ of: synced, files })
    assert.equal(second.info().height, 0n)
    assert.equal(second.applySnapshotChunk(0, new Uint8Array(0), 'peer').result, 'abort')
    assert.equal(second.offerSnapshot(snapshot, appHash), 'accept')
  })
})
