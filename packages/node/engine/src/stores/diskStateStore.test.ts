import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog, SILENT } from '@wadi/base/log'
import { readWhole } from '@wadi/node-storage/file-system'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { rotated } from '@wadi/tendermint/validators/priorities'
import fc from 'fast-check'
import type { BlockResponses } from './contract.ts'
import { DiskStateStore } from './diskStateStore.ts'
import { SampleChain, sampleKey } from './testing/sampleChain.ts'

/** Heights whose blocks change a validator's power; in force two heights later. */
const CHANGES: ReadonlySet<bigint> = new Set([4n, 9n, 10n])

/** The states after no block, after the first, and so on. */
const STATES: readonly ChainState[] = statesOf(24)

function statesOf(count: number): ChainState[] {
  const chain = new SampleChain()
  const states = [chain.state]
  for (let height = 1n; height <= count; height++) {
    const change = { publicKey: sampleKey(3), power: height }
    chain.next({ validatorUpdates: CHANGES.has(height) ? [change] : [] })
    states.push(chain.state)
  }
  return states
}

function responsesOf(height: bigint): BlockResponses {
  const event = { type: 't', attributes: [{ key: 'k', value: `${height}`, index: true }] }
  const NONE = new Uint8Array(0)
  const result = {
    ...{ code: 7, codespace: 'staking', data: NONE, log: 'why', gasWanted: -1n, gasUsed: 5n },
    events: [event],
  }
  return {
    beginBlockEvents: [event],
    results: [result, result],
    endBlock: {
      validatorUpdates: [{ publicKey: sampleKey(1), power: height }],
      consensusParamUpdates: {
        block: { maxBytes: height, maxGas: -1n },
        evidence: undefined,
        pubKeyTypes: undefined,
        appVersion: 4n,
      },
      events: [],
    },
  }
}

function open(files: MemoryFiles, log = new MemoryLog(), segmentSize = 2000): DiskStateStore {
  const logger = createLogger('stores', log.sink)
  return new DiskStateStore({ files, path: 'state', chain: 'c', log: logger, segmentSize })
}

function saveUpTo(store: DiskStateStore, height: number): DiskStateStore {
  const from = store.load() === undefined ? 0 : Number(store.load()?.lastBlockHeight) + 1
  for (const state of STATES.slice(from, height + 1)) {
    if (state.lastBlockHeight > 0n)
      store.saveResponses(state.lastBlockHeight, responsesOf(state.lastBlockHeight))
    store.save(state)
  }
  return store
}

/** What is known of a height is what the states say. */
function checkHeight(store: DiskStateStore, height: bigint): void {
  checkValidators(store, height)
  assert.deepEqual(store.loadConsensusParams(height), STATES[0]!.consensusParams)
}

function checkValidators(store: DiskStateStore, height: bigint): void {
  const inForce = STATES[Number(height) - 1]!.validators
  const found = store.loadValidators(height)
  assert.deepEqual(
    found?.validators.map(({ address, votingPower }) => ({ address, votingPower })),
    inForce.validators.map(({ address, votingPower }) => ({ address, votingPower })),
  )
  assert.equal(found?.totalVotingPower, inForce.totalVotingPower)
  assert.equal(store.loadVoters(height)?.totalVotingPower, inForce.totalVotingPower)
}

function historySize(files: MemoryFiles): number {
  const names = files.list('state/history')
  return names.reduce((sum, name) => sum + readWhole(files, `state/history/${name}`).length, 0)
}

describe('a state store', () => {
  it('gives back the last state, and validators, parameters and responses of each height', () => {
    const files = new MemoryFiles()
    const store = saveUpTo(open(files), 20)
    for (const tested of [store, undefined]) {
      if (tested === undefined) store.close()
      const asked = tested ?? open(files)
      assert.deepEqual(asked.load(), STATES[20])
      for (let height = 1n; height <= 21n; height++) checkHeight(asked, height)
      assert.deepEqual(asked.loadValidators(22n), STATES[20]!.nextValidators)
      assert.equal(asked.loadValidators(23n), undefined)
      assert.equal(asked.loadConsensusParams(22n), undefined)
      for (let height = 1n; height <= 20n; height++)
        assert.deepEqual(asked.loadResponses(height), responsesOf(height))
      assert.equal(asked.loadResponses(21n), undefined)
    }
  })

  it('counts the turns of validators as the reference does: all at once since they changed', () => {
    const store = saveUpTo(open(new MemoryFiles()), 20)
    const changedAt = STATES[4]!.nextValidators
    assert.deepEqual(store.loadValidators(6n), changedAt)
    assert.deepEqual(store.loadValidators(9n), rotated(changedAt, 3))
    assert.deepEqual(store.loadVoters(9n), changedAt)
  })

  it('begins with a state that others vouch for', () => {
    const files = new MemoryFiles()
    const store = open(files)
    store.bootstrap(STATES[9]!)
    for (const height of [9n, 10n, 11n]) checkValidators(store, height)
    assert.equal(store.loadValidators(8n), undefined)
    saveUpTo(store, 12)
    store.close()
    const again = open(files)
    checkValidators(again, 9n)
    for (let height = 10n; height <= 13n; height++) checkHeight(again, height)
  })

  it('begins twice if the application changes the validators of genesis', () => {
    const store = open(new MemoryFiles())
    const [genesis, { validators }] = [STATES[0]!, STATES[6]!]
    store.save({ ...genesis, validators, nextValidators: validators })
    assert.deepEqual(store.loadVoters(2n), validators)
    store.save(genesis)
    checkHeight(saveUpTo(store, 5), 4n)
  })

  it('keeps one state, however many were saved', () => {
    const files = new MemoryFiles()
    saveUpTo(open(files), 24)
    const names = files.list('state/current').filter((name) => name.endsWith('.records'))
    assert.ok(names.length <= 2)
  })

  it('forgets what only earlier heights need, and gives its files back', () => {
    const files = new MemoryFiles()
    const store = saveUpTo(open(files), 24)
    const before = historySize(files)
    store.prune(22n)
    assert.ok(historySize(files) < before / 2, `${historySize(files)} of ${before}`)
    for (const tested of [store, undefined]) {
      if (tested === undefined) store.close()
      const asked = tested ?? open(files)
      for (let height = 22n; height <= 25n; height++) checkHeight(asked, height)
      assert.equal(asked.loadResponses(21n), undefined)
      assert.deepEqual(asked.loadResponses(22n), responsesOf(22n))
      assert.equal(asked.loadConsensusParams(21n), undefined)
    }
  })

  it('is refused for another chain', () => {
    const files = new MemoryFiles()
    open(files).close()
    const log = createLogger('stores', SILENT)
    assert.throws(() => new DiskStateStore({ files, path: 'state', chain: 'other', log }), {
      reason: 'storage.otherChain',
    })
  })
})

describe('a state store after a crash', () => {
  it('has the responses to a block whose state was not saved', () => {
    const files = new MemoryFiles()
    saveUpTo(open(files), 3).saveResponses(4n, responsesOf(4n))
    files.cutPower(() => 0)
    const store = open(files)
    assert.deepEqual(store.load(), STATES[3])
    assert.deepEqual(store.loadResponses(4n), responsesOf(4n))
  })

  it('has every state that was saved, with what it brought, pruned at every step', () => {
    const lives = fc.array(
      fc.record({
        steps: fc.array(fc.constantFrom('save', 'save', 'save', 'prune'), { maxLength: 12 }),
        failAfter: fc.nat(60),
        seed: fc.nat(),
      }),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(lives, (planned) => {
        const files = new MemoryFiles()
        let [height, attempted, base] = [-1, -1, 1n]
        const check = (store: DiskStateStore): void => {
          const found = Number(store.load()?.lastBlockHeight ?? -1n)
          assert.ok(found === height || found === attempted)
          height = found
          if (height < 0) return
          assert.deepEqual(store.load(), STATES[height])
          for (let h = base; h <= BigInt(height + 1); h++) checkHeight(store, h)
          for (let h = base; h <= BigInt(height); h++)
            assert.deepEqual(store.loadResponses(h), responsesOf(h))
        }
        for (const { steps, failAfter, seed } of planned) {
          const store = open(files)
          check(store)
          files.failAfter(failAfter)
          try {
            for (const step of steps) {
              if (step === 'save' && height + 1 < STATES.length) {
                attempted = height + 1
                saveUpTo(store, attempted)
                height = attempted
              } else if (step === 'prune' && height > 1) {
                base = BigInt(height)
                store.prune(base)
              }
            }
          } catch (error) {
            assert.ok(error instanceof UnavailableError)
          }
          let state = seed
          files.cutPower((bound) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0
            return (state >>> 8) % bound
          })
        }
        check(open(files))
      }),
      { numRuns: 100 },
    )
  })
})

describe('a state store with any byte flipped', () => {
  it('answers rightly or not at all, and its state is the last one or the one before', () => {
    const files = new MemoryFiles()
    saveUpTo(open(files, new MemoryLog(), 100_000), 8).close()
    for (const folder of ['state/current', 'state/history']) {
      const [name] = files.list(folder)
      const bytes = readWhole(files, `${folder}/${name}`)
      for (let at = 0; at < bytes.length; at += 13) {
        const copy = new MemoryFiles()
        for (const other of ['state/current', 'state/history']) {
          const content = readWhole(files, `${other}/${files.list(other)[0]}`)
          if (other === folder) content[at] = content[at]! ^ (1 << (at % 8))
          copy.openWrite(`${other}/${files.list(other)[0]}`).write([content], 0)
        }
        const log = new MemoryLog()
        const store = open(copy, log, 100_000)
        const state = store.load()
        assert.ok(state?.lastBlockHeight === 8n || state?.lastBlockHeight === 7n)
        let missing = 0
        for (let height = 1n; height <= 9n; height++) {
          if (store.loadValidators(height) === undefined) missing++
          else if (store.loadConsensusParams(height) === undefined) missing++
          else checkHeight(store, height)
          const responses = store.loadResponses(height)
          if (responses !== undefined) assert.deepEqual(responses, responsesOf(height))
        }
        if (missing > 0) assert.equal(log.records[0]?.sentence, 'the state store is damaged')
        store.close()
      }
    }
  })
})
