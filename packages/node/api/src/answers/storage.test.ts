import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, equalBytes } from '@wadi/base/bytes'
import { decode, decodeRpc, encode, zero } from '@wadi/cbor/codec'
import { bytes } from '@wadi/cbor/scalars'
import type { RuntimeAnswers, RuntimeTrees } from '@wadi/contracts/runtime-answers'
import { CHECKPOINT_VERSION, type Metadata } from '@wadi/mkvs/checkpoint/metadata'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import {
  DiffPiece,
  DiffRequest,
  type SyncedRound,
  treeCalls,
  workerCalls,
} from '@wadi/runtime-protocol/client/storageApi'
import { createNodeApi, type NodeApi } from '../nodeApi.ts'
import { TestChain } from '../testing/testChain.ts'
import { testFacts } from '../testing/testFacts.ts'
import { NO_RUNTIMES } from './runtimeClient.ts'

const runtimeId = Namespace.check(new Uint8Array(32).fill(7, 8))
const other = Namespace.check(new Uint8Array(32).fill(8, 8))
const rootOf = (type: typeof ROOT_TYPE_IO | typeof ROOT_TYPE_STATE, version = 3n) => ({
  namespace: runtimeId,
  version,
  type,
  hash: EMPTY_HASH,
})
const SYNCED: SyncedRound = {
  round: 3n,
  ioRoot: rootOf(ROOT_TYPE_IO),
  stateRoot: rootOf(ROOT_TYPE_STATE),
}
const CHECKPOINT: Metadata = {
  version: CHECKPOINT_VERSION,
  root: rootOf(ROOT_TYPE_STATE),
  chunks: [EMPTY_HASH],
}

function testTrees(changes: Partial<RuntimeTrees> = {}): RuntimeTrees {
  const proof = zero(treeCalls['Storage/SyncGet'].response).proof
  return {
    lastSynced: () => SYNCED,
    pauseCheckpoints: () => undefined,
    get: () => proof,
    getPrefixes: () => proof,
    iterate: () => proof,
    diff: () => [],
    checkpoints: () => [CHECKPOINT],
    chunk: () => new Uint8Array(0),
    ...changes,
  }
}

function apiOf(trees: RuntimeTrees | undefined, isForTests = true): NodeApi {
  const chain = new TestChain()
  chain.add()
  const debug = { enabled: isForTests, allowRoot: false }
  const treesOf = (id: Namespace) => (equalBytes(id, runtimeId) ? trees : undefined)
  const runtimes: RuntimeAnswers = { ...NO_RUNTIMES, ...(trees && { treesOf }) }
  return createNodeApi({ source: chain, facts: testFacts({ debug }), runtimes })
}

const ROUND = 'StorageWorker/GetLastSyncedRound'
const PAUSE = 'StorageWorker/PauseCheckpointer'

describe('what an operator asks about trees', () => {
  it('is where they are, in the form of the reference', () => {
    const { answer } = apiOf(testTrees()).methods[ROUND]!
    const answered = encode(workerCalls[ROUND].response, answer({ runtimeId }, {}) as SyncedRound)
    const fields = decode(workerCalls[ROUND].response, answered)
    assert.deepEqual(fields, SYNCED)
  })

  it('is answered with the round before all others where nothing is here yet', () => {
    const { answer } = apiOf(testTrees({ lastSynced: () => undefined })).methods[ROUND]!
    const { round, ioRoot, stateRoot } = answer({ runtimeId }, {}) as SyncedRound
    assert.equal(round, 2n ** 64n - 1n)
    assert.deepEqual([ioRoot.type, stateRoot.version], [0, 0n])
  })

  it('has checkpoints paused, and made again, where that is for tests', () => {
    const told: boolean[] = []
    const trees = testTrees({ pauseCheckpoints: (isPaused) => told.push(isPaused) })
    const { answer } = apiOf(trees).methods[PAUSE]!
    answer({ runtimeId, pause: true }, {})
    answer({ runtimeId, pause: false }, {})
    assert.deepEqual(told, [true, false])
    const refused = apiOf(trees, false).methods[PAUSE]!
    assert.throws(() => refused.answer({ runtimeId, pause: true }, {}), {
      module: 'worker/storage',
      code: 2,
      message: 'worker/storage: pausing checkpointer only available in debug mode',
    })
    assert.equal(told.length, 2)
  })

  it('is refused for runtimes that are not here, and not there on a node without trees', () => {
    const { methods } = apiOf(testTrees(), false)
    for (const name of [ROUND, PAUSE])
      assert.throws(() => methods[name]!.answer({ runtimeId: other, pause: true }, {}), {
        module: 'worker/storage',
        code: 1,
        message: 'worker/storage: runtime not found',
      })
    assert.equal(apiOf(undefined).methods[ROUND], undefined)
  })
})

const log = (count: number): WriteLog =>
  Array.from({ length: count }, (_, i) => [
    Uint8Array.of(i),
    i === 1 ? undefined : Uint8Array.of(i, i),
  ])

/** The pieces of a difference of so many changes: how many there are in each, and what it says. */
function pieces(count: number, options: Partial<DiffRequest['options']> = {}) {
  const { debugStreams } = apiOf(testTrees({ diff: () => log(count) }))
  const roots = { startRoot: rootOf(ROOT_TYPE_STATE, 2n), endRoot: rootOf(ROOT_TYPE_STATE) }
  const asked = { ...roots, options: { offsetKey: new Uint8Array(0), limit: 0n, ...options } }
  const told = Array.from(debugStreams['Storage/GetDiff']!.items(asked), (piece) =>
    decode(DiffPiece, piece),
  )
  return told.map(({ final, writeLog }) => [writeLog?.map(([key]) => key[0]), final])
}

describe('what tests ask of trees', () => {
  it('is proofs and checkpoints, of runtimes that are here', () => {
    const { debugMethods } = apiOf(testTrees())
    for (const name of ['SyncGet', 'SyncGetPrefixes', 'SyncIterate']) {
      const { answer } = debugMethods[`Storage/${name}`]!
      assert.ok('proof' in (answer({ tree: { root: rootOf(ROOT_TYPE_STATE) } }, {}) as object))
      const unknown = { tree: { root: { ...rootOf(ROOT_TYPE_STATE), namespace: other } } }
      assert.throws(() => answer(unknown, {}), { reason: 'runtime/registry.notFound' })
      const { answer: nowhere } = apiOf(undefined).debugMethods[`Storage/${name}`]!
      assert.throws(() => nowhere({ tree: { root: rootOf(ROOT_TYPE_STATE) } }, {}), {
        reason: 'runtime/registry.notFound',
      })
    }
  })

  it('is checkpoints of all rounds or of one, and of no version that nobody has', () => {
    const { answer, response } = apiOf(testTrees()).debugMethods['Storage/GetCheckpoints']!
    const ask = (asked: object) => answer({ version: 1, namespace: runtimeId, ...asked }, {})
    assert.deepEqual(ask({}), [CHECKPOINT])
    assert.deepEqual(ask({ rootVersion: 3n }), [CHECKPOINT])
    assert.deepEqual(encode(response, ask({ rootVersion: 4n })), Uint8Array.of(0xf6))
    assert.deepEqual(encode(response, ask({ version: 2 })), Uint8Array.of(0x80))
  })

  it('is what has changed, in pieces of ten, of which the last says so', () => {
    assert.deepEqual(pieces(0), [[undefined, true]])
    assert.deepEqual(pieces(3), [[[0, 1, 2], true]])
    const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert.deepEqual(pieces(10), [
      [ten, false],
      [undefined, true],
    ])
    assert.deepEqual(pieces(11), [
      [ten, false],
      [[10], true],
    ])
  })

  it('is what has changed after a key, and so many, as the reference counts', () => {
    assert.deepEqual(pieces(4, { offsetKey: Uint8Array.of(1) }), [[[2, 3], true]])
    assert.deepEqual(pieces(4, { offsetKey: Uint8Array.of(3) }), [[undefined, true]])
    assert.deepEqual(pieces(4, { offsetKey: Uint8Array.of(9) }), [[undefined, true]])
    assert.deepEqual(pieces(9, { limit: 2n }), [[[0, 1], false]])
    assert.deepEqual(pieces(20, { limit: 10n }), [
      [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], false],
      [[10], false],
    ])
    const after = { offsetKey: Uint8Array.of(0), limit: 2n }
    assert.deepEqual(pieces(9, after), [[[1, 2], false]])
  })

  it('may leave out what Go has nothing for', () => {
    const asked = encode(DiffRequest, zero(DiffRequest))
    // The key of the offset is null: a slice of Go to which nothing was ever added.
    const at = asked.findIndex((_, i) =>
      equalBytes(asked.subarray(i, i + 3), Uint8Array.of(0x65, 0x79, 0x40)),
    )
    assert.ok(at > 0)
    asked[at + 2] = 0xf6
    assert.deepEqual(decodeRpc(DiffRequest, asked), zero(DiffRequest))
  })

  it('is a chunk of a checkpoint, in parts', () => {
    const chunk = Uint8Array.from({ length: 70_000 }, (_, i) => i)
    const { debugStreams } = apiOf(testTrees({ chunk: () => chunk }))
    const asked = { version: 1, root: rootOf(ROOT_TYPE_STATE), index: 0n, digest: EMPTY_HASH }
    const items = Array.from(debugStreams['Storage/GetCheckpointChunk']!.items(asked))
    const parts = items.map((item) => decode(bytes, item))
    assert.deepEqual(
      parts.map(({ length }) => length),
      [32_768, 32_768, 4_464],
    )
    assert.deepEqual(concatBytes(...parts), chunk)
  })
})
