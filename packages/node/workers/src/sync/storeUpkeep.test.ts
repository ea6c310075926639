import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { testRounds } from '../testing/testRounds.ts'
import { StoreUpkeep, type StoreUpkeepOptions } from './storeUpkeep.ts'

const INTERVAL = 5n
const LAST = 12
const LEFT_OUT = 10n
const storage = { checkpointInterval: INTERVAL, checkpointNumKept: 1n, checkpointChunkSize: 64n }
const rounds = testRounds(LAST + 1)

/** A node that has gone on with a checkpoint and has no trees of a round for which one is due. */
function createNode() {
  const dropped: bigint[] = []
  const log = new MemoryLog()
  const time = new VirtualTime()
  let onSeen: (() => void) | undefined
  const history = {
    earliestRound: 0n,
    lastRound: BigInt(LAST),
    committedBlock: (round: bigint) => rounds[Number(round)],
    pruneBefore: async (round: bigint) => {
      dropped.push(round)
      history.earliestRound = round
    },
    watchSeen: (go: () => void) => {
      onSeen = go
    },
  }
  const store = {
    lastRound: BigInt(LAST),
    earliestRound: BigInt(LAST),
    hasRound: ({ round }: { readonly round: bigint }) => round !== LEFT_OUT,
    openTree: () => assert.fail('there are no such trees'),
    database: { compact: () => false },
  }
  const files = { list: () => [], remove: () => undefined } as unknown as CheckpointFiles
  const state = {
    runtime: { storage },
    genesisBlock: rounds[0]!.block,
    lastNormalRound: BigInt(LAST),
  }
  const upkeep = new StoreUpkeep({
    ...{ history, store, files, clock: time.clock, timers: time },
    ask: async () => state,
    log: createLogger('test', log.sink),
    isPaused: () => false,
    onFatal: (error: unknown) => assert.fail(String(error)),
    checkpoints: { checkMs: 0, subtrees: 1 },
    pruning: { rounds: 3n, intervalMs: 0 },
  } as unknown as StoreUpkeepOptions)
  upkeep.start()
  return { upkeep, dropped, log, seeRound: () => onSeen?.() }
}

describe('looking after trees of which some were left out', () => {
  it('makes no checkpoint of those, and drops what is old all the same', async () => {
    const { upkeep, dropped, log, seeRound } = createNode()
    seeRound()
    for (let i = 0; i < 20 && dropped.length === 0; i++)
      await new Promise((resolve) => setImmediate(resolve))
    await upkeep.stop()
    assert.deepEqual(dropped, [10n])
    assert.deepEqual(log.records, [])
  })
})
