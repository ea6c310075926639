import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError, UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { Event } from '@wadi/consensus/roothash/events'
import { Namespace } from '@wadi/primitives/namespace'
import type { RoundInput } from '@wadi/runtime-executor/round/input'
import type { Ask } from '../chain.ts'
import { WATCH_RETRY_MS, WATCHED_HEIGHTS_MAX } from '../limits.ts'
import { TEST_RUNTIME as runtimeId, testRounds } from '../testing/testRounds.ts'
import { ConsensusWatch } from './consensusWatch.ts'
import type { RoundBases } from './roundBases.ts'

/** A watch over a consensus layer that says what a test wants. */
function setUp() {
  const time = new VirtualTime()
  const told: RoundInput[] = []
  const fatal: unknown[] = []
  const layer = {
    events: new Map<bigint, readonly Event[]>(),
    nextEpochAt: undefined as bigint | undefined,
    failure: undefined as Error | undefined,
  }
  const ask = (async (name: string, height: bigint) => {
    if (layer.failure !== undefined) throw layer.failure
    if (name === 'RootHash/GetEvents') return layer.events.get(height) ?? []
    return layer.nextEpochAt && { epoch: 9n, height: layer.nextEpochAt }
  }) as unknown as Ask
  const bases = { upon: async ({ block }: { block: unknown }) => block } as unknown as RoundBases
  const watch = new ConsensusWatch({
    ask,
    bases,
    runtimeId,
    timers: time,
    log: createLogger('test', SILENT),
    tell: (input) => told.push(input),
    onFatal: (error) => fatal.push(error),
  })
  return { watch, told, layer, time, fatal }
}

function atRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function kindsOf(told: readonly RoundInput[]): string[] {
  return told.map(({ kind }) => kind)
}

describe('watching the consensus layer for an executor', () => {
  it('tells what was committed at a height before the block that came of it', async () => {
    const { watch, told, layer } = setUp()
    const commit = make(ExecutorCommitment, {})
    const discrepancy = { round: 1n, rank: 2n, timeout: false }
    const other = Namespace.check(new Uint8Array(32).fill(8, 8))
    layer.events.set(1n, [
      make(Event, { runtimeId: other, executorCommitted: { commit } }),
      make(Event, { runtimeId, executorCommitted: { commit } }),
      make(Event, { runtimeId, executionDiscrepancy: discrepancy }),
    ])
    const [block] = testRounds(1)
    watch.committed(block!)
    watch.applied(1n)
    await atRest()
    assert.deepEqual(kindsOf(told), ['commitment', 'discrepancy', 'consensus-block', 'new-block'])
    assert.deepEqual(told[1], { kind: 'discrepancy', height: 1n, round: 1n, rank: 2n })
  })

  it('says whether an epoch is about to begin', async () => {
    const { watch, told, layer } = setUp()
    layer.nextEpochAt = 3n
    for (const height of [1n, 2n, 3n]) watch.applied(height)
    await atRest()
    const isNext = told.map((input) => input.kind === 'consensus-block' && input.isEpochNext)
    assert.deepEqual(isNext, [false, true, false])
  })

  it(`leaves out all but the last ${WATCHED_HEIGHTS_MAX} heights`, async () => {
    const bound = BigInt(WATCHED_HEIGHTS_MAX)
    const near = setUp()
    near.watch.applied(bound)
    await atRest()
    assert.equal(near.told.length, WATCHED_HEIGHTS_MAX)
    const far = setUp()
    far.watch.applied(bound + 1n)
    await atRest()
    assert.equal(far.told.length, WATCHED_HEIGHTS_MAX)
    assert.deepEqual(far.told[0], { kind: 'consensus-block', height: 2n, isEpochNext: false })
  })

  it('tells of blocks that come at once only the last', async () => {
    const { watch, told } = setUp()
    for (const block of testRounds(3)) watch.committed(block)
    await atRest()
    const blocks = told.filter(({ kind }) => kind === 'new-block')
    assert.deepEqual(blocks, [{ kind: 'new-block', base: testRounds(3)[2]!.block }])
  })

  it('reads again later what the world did not let it', async () => {
    const { watch, told, layer, time } = setUp()
    layer.failure = new UnavailableError('disk.broken', 'the disk is broken')
    watch.applied(1n)
    await atRest()
    layer.failure = undefined
    time.advance(WATCH_RETRY_MS - 1)
    await atRest()
    assert.deepEqual(told, [])
    time.advance(1)
    await atRest()
    assert.deepEqual(kindsOf(told), ['consensus-block'])
  })

  it('does not go on where the fault is ours, nor when it was stopped', async () => {
    const { watch, layer, time, fatal } = setUp()
    layer.failure = new BugError('wrong')
    watch.applied(1n)
    await atRest()
    assert.deepEqual(fatal, [layer.failure])
    layer.failure = new UnavailableError('disk.broken', 'the disk is broken')
    watch.applied(2n)
    await atRest()
    await watch.stop()
    assert.equal(time.pending, 0)
    watch.applied(3n)
    await atRest()
    assert.equal(time.pending, 0)
  })
})
