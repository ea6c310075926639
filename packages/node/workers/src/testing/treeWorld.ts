/** Rounds of a runtime with trees, a node that serves them, and one that follows. For tests. */

import assert from 'node:assert/strict'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import type { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import type { Member } from '@wadi/contracts/testing/memory-network'
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
import { serveStorage } from '../sync/serveStorage.ts'
import { SyncCounter } from '../sync/syncCounter.ts'
import { SyncShell } from '../sync/syncShell.ts'
import { TEST_RUNTIME as runtimeId } from './testRounds.ts'

export const chainContext = '00'.repeat(32)
/** More keys than a chunk of a checkpoint holds. */
const KEYS_PER_ROUND = 40

/** What a round writes into its trees. */
export interface TestRound {
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
export function makeRounds(count: number): readonly TestRound[] {
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

export function keyOf(seed: number): PublicKey {
  return PublicKey.check(new Uint8Array(32).fill(seed))
}

/** A node that serves all rounds, and a checkpoint of one of them. */
export function serve(
  network: Member,
  rounds: readonly TestRound[],
  checkpointAt: number | undefined,
) {
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
export async function follow(network: Member, rounds: readonly TestRound[], time: VirtualTime) {
  const store = new RuntimeStore({
    files: new MemoryFiles(),
    path: 'runtime',
    chain: chainContext,
    runtimeId,
  })
  const history = await RoundHistory.open({ store: new MemoryStore(), runtimeId, seen: 'synced' })
  await history.commit(rounds.map(({ block }) => block))
  history.ready()
  const log = new MemoryLog()
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
      log: createLogger('test', log.sink),
      onAvailability: (isAvailable) => available.push(isAvailable),
      onFatal: (error) => fatal.push(error),
    })
  return { store, history, fatal, available, log, open }
}

export async function settle(time: VirtualTime, ms = 0): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    time.advance(turn === 0 ? ms : 0)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
