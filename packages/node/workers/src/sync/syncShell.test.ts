import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { type Member, MemoryNetwork } from '@wadi/contracts/testing/memory-network'
import { VirtualTime } from '@wadi/contracts/testing/virtual-time'
import { MemoryStore } from '@wadi/kv/memory-store'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_IO, ROOT_TYPE_STATE, type WriteLog } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { Hash } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { genesisBlock, ioRootOf, normalBlock, stateRootOf } from '@wadi/runtime-protocol/block'
import { RoundHistory } from '../history/roundHistory.ts'
import { RuntimeStore } from '../store/runtimeStore.ts'
import { TEST_RUNTIME as runtimeId } from '../testing/testRounds.ts'
import { serveStorage } from './serveStorage.ts'
import { SyncCounter } from './syncCounter.ts'
import { SyncShell } from './syncShell.ts'

const chainContext = '00'.repeat(32)
/** More keys than a chunk of a checkpoint holds. */
const KEYS_PER_ROUND = 40

/** What a round writes into its trees. */
interface TestRound {
  readonly block: AnnotatedBlock
  readonly io: WriteLog
  readonly state: WriteLog
}

function writesOf(round: number): WriteLog {
  return Array.from({ length: KEYS_PER_ROUND }, (_, i) => [
    Uint8Array.of(round, i),
    Uint8Array.of(round, i, 1),
  ])
}

/** Rounds from 1 on, each with forty keys more. */
function makeRounds(count: number): readonly TestRound[] {
  const rounds: TestRound[] = []
  const stateRoot = Hash.check(EMPTY_HASH)
  let block = genesisBlock({ namespace: runtimeId, round: 0n, stateRoot, timestamp: 0n })
  rounds.push({ block: { consensusHeight: 1n, block }, io: [], state: [] })
  const state = createTree(new Arena(), { namespace: runtimeId, type: ROOT_TYPE_STATE })
  for (let round = 1; round <= count; round++) {
    const writes = writesOf(round)
    const io = createTree(new Arena(), { namespace: runtimeId, type: ROOT_TYPE_IO })
    for (const [key, value] of writes) {
      io.insert(key, value!)
      state.insert(key, value!)
    }
    const roots = { ioRoot: Hash.check(io.rootHash()), stateRoot: Hash.check(state.rootHash()) }
    const nothing = { messagesHash: Hash.check(EMPTY_HASH), inMsgsHash: Hash.check(EMPTY_HASH) }
    block = normalBlock(block, BigInt(round), { ...roots, ...nothing })
    const consensusHeight = BigInt(round + 1)
    rounds.push({ block: { consensusHeight, block }, io: writes, state: writes })
  }
  return rounds
}

function keyOf(seed: number): PublicKey {
  return PublicKey.check(new Uint8Array(32).fill(seed))
}

/** A node that serves all rounds, and a checkpoint of one of them. */
function serve(network: Member, rounds: readonly TestRound[], checkpointAt: number | undefined) {
  const files = new MemoryFiles()
  const store = new RuntimeStore({ files, path: 'runtime', chain: chainContext, runtimeId })
  const checkpoints = new CheckpointFiles(files, 'checkpoints')
  let before = stateRootOf(rounds[0]!.block.block.header)
  for (const [i, { block, io, state }] of rounds.entries()) {
    const { header } = block.block
    const [toIo, toState] = [ioRootOf(header), stateRootOf(header)]
    if (i > 0) {
      store.apply({ from: { ...toIo, hash: EMPTY_HASH }, to: toIo, writeLog: io })
      store.apply({ from: before, to: toState, writeLog: state })
    }
    store.finalize(header)
    before = toState
    if (i !== checkpointAt) continue
    for (const root of [toIo, toState]) {
      const plan = { tree: store.treeAt(root), chunkSize: 256, subtrees: 1 }
      const steps = checkpoints.createInSteps(plan)
      while (steps.next().done !== true);
    }
  }
  const onFatal = assert.ifError
  serveStorage({ network, chainContext, runtimeId, store, checkpoints, offer: 'sync', onFatal })
  return { store, checkpoints }
}

/** A node that has nothing but the blocks. */
async function follow(network: Member, rounds: readonly TestRound[], time: VirtualTime) {
  const store = new RuntimeStore({
    files: new MemoryFiles(),
    path: 'runtime',
    chain: chainContext,
    runtimeId,
  })
  const history = await RoundHistory.open({ store: new MemoryStore(), runtimeId, seen: 'synced' })
  await history.commit(rounds.map(({ block }) => block))
  history.ready()
  const fatal: unknown[] = []
  const available: boolean[] = []
  const open = (last: boolean) =>
    new SyncShell({
      counter: new SyncCounter(new MetricsRegistry(), runtimeId, time.clock),
      start: {
        namespace: runtimeId,
        genesisRound: 0n,
        last: last
          ? { round: 0n, ioRoot: Hash.check(EMPTY_HASH), stateRoot: Hash.check(EMPTY_HASH) }
          : undefined,
        checkpoints: 'wanted',
      },
      chainContext,
      history,
      store,
      network,
      timers: time,
      log: createLogger('test', SILENT),
      onAvailability: (isAvailable) => available.push(isAvailable),
      onFatal: (error) => fatal.push(error),
    })
  return { store, history, fatal, available, open }
}

async function settle(time: VirtualTime, ms = 0): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    time.advance(turn === 0 ? ms : 0)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the trees of a runtime, kept in step', () => {
  it('come from others round by round', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(12)
    serve(net.join(keyOf(1)), rounds, undefined)
    const client = net.join(keyOf(2))
    const { store, history, fatal, available, open } = await follow(client, rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.deepEqual(fatal, [])
    assert.equal(history.lastSeenRound, 12n)
    assert.equal(store.lastRound, 12n)
    assert.deepEqual(available, [true])
    const { header } = rounds[12]!.block.block
    assert.deepEqual(store.stateAfter(header).get(Uint8Array.of(3, 5)), Uint8Array.of(3, 5, 1))
    assert.deepEqual(store.ioOf(header).get(Uint8Array.of(12, 5)), Uint8Array.of(12, 5, 1))
    assert.ok(client.said.every((kind) => kind === 'succeeded'))
    shell.stop()
    assert.equal(time.pending, 0)
  })

  it('begin with a checkpoint where there is nothing, and go on from there', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(9)
    serve(net.join(keyOf(1)), rounds, 6)
    const client = net.join(keyOf(2))
    const { store, history, fatal, open } = await follow(client, rounds, time)
    const shell = open(false)
    shell.start()
    await settle(time)
    assert.deepEqual(fatal, [])
    assert.equal(store.earliestRound, 6n)
    assert.equal(store.lastRound, 9n)
    assert.equal(history.lastSeenRound, 9n)
    const { header } = rounds[9]!.block.block
    assert.deepEqual(store.stateAfter(header).get(Uint8Array.of(1, 5)), Uint8Array.of(1, 5, 1))
    shell.stop()
  })

  it('are tried again while nobody has them', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(3)
    const client = net.join(keyOf(2))
    const { store, history, fatal, open } = await follow(client, rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.equal(history.lastSeenRound, 0n)
    serve(net.join(keyOf(1)), rounds, undefined)
    await settle(time, 5_000)
    assert.equal(history.lastSeenRound, 3n)
    assert.deepEqual(fatal, [])
    shell.stop()
  })

  it('are not believed to whoever gives others', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(3)
    const liar = net.join(keyOf(1))
    const { store: lies } = serve(liar, rounds, undefined)
    const honest = lies.writeLog.bind(lies)
    lies.writeLog = (from, to) => honest(from, to).slice(1)
    const client = net.join(keyOf(3))
    const { store, history, fatal, open } = await follow(client, rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.equal(history.lastSeenRound, 0n)
    assert.ok(client.said.includes('misbehaved'))
    serve(net.join(keyOf(2)), rounds, undefined)
    await settle(time, 10_000)
    assert.equal(history.lastSeenRound, 3n)
    assert.deepEqual(fatal, [])
    shell.stop()
  })

  it('stop the node where the disk does not let them be made final', async () => {
    const time = new VirtualTime()
    const net = new MemoryNetwork(time)
    const rounds = makeRounds(1)
    serve(net.join(keyOf(1)), rounds, undefined)
    const { store, history, open } = await follow(net.join(keyOf(2)), rounds, time)
    store.finalize(rounds[0]!.block.block.header)
    store.database.finalize = () => {
      throw new UnavailableError('disk.broken', 'the disk is broken')
    }
    const shell = open(true)
    shell.start()
    await settle(time)
    assert.equal(history.lastSeenRound, 0n)
    assert.equal(shell.state.isStopped, true)
    shell.stop()
  })
})
