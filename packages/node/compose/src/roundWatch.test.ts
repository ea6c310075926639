import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { u64 } from '@wadi/cbor/scalars'
import { Runtime } from '@wadi/consensus/registry/runtime'
import { RuntimeState } from '@wadi/consensus/roothash'
import {
  CommitmentPool,
  ExecutorCommitment,
  SchedulerCommitment,
} from '@wadi/consensus/roothash/commitments'
import * as keys from '@wadi/consensus/roothash/keys'
import { Committee, CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import type { Context } from '@wadi/consensus-services/kernel/context'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { write } from '@wadi/consensus-services/kernel/state'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RUNTIME_ID as runtimeId } from '@wadi/runtime-executor/testing/test-network'
import { toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import { FRESH_POOL } from '@wadi/runtime-protocol/commitments/addCommitment'
import { voteOf } from '@wadi/runtime-protocol/commitments/executorCommitment'
import { watchRounds } from './roundWatch.ts'
import { OwnRounds } from './testing/ownRounds.ts'

const HEIGHT = 11n
const roothash: Service = {
  name: '999_roothash',
  methods: {},
  priority: () => 0n,
  violations: () => [],
}
const member = (i: number) => PublicKey.check(new Uint8Array(32).fill(i))
const worker = CommitteeRole.names.worker
const committee = make(Committee, {
  kind: CommitteeKind.names.executor,
  members: [1, 2].map((i) => ({ role: worker, publicKey: member(i) })),
  runtimeId,
})

/** The scheduler of a round and others have committed to the same. */
function poolOf(...members: readonly number[]): CommitmentPool {
  const commitment = make(ExecutorCommitment, {})
  const vote = voteOf(commitment)
  const votes = keyedMap(
    PublicKey,
    members.map((i) => [member(i), vote] as const),
  )
  const entry = make(SchedulerCommitment, { commitment, votes })
  const schedulerCommitments = keyedMap(u64, [[0n, entry]])
  return make(CommitmentPool, { highestRank: 0n, schedulerCommitments })
}

/** A round stands so when a block ends. */
function standingAt(commitmentPool: CommitmentPool, timeout: bigint): Overlay {
  const tree = createTree(new Arena(), { namespace: new Uint8Array(32), type: ROOT_TYPE_STATE })
  const state = new Overlay(tree.arena, tree)
  const runtime = make(Runtime, { id: runtimeId })
  const standing = make(RuntimeState, { runtime, committee, commitmentPool, timeout })
  write(state, keys.runtimeStates, [runtimeId], standing)
  write(state, keys.roundTimeouts, [timeout, runtimeId], runtimeId)
  return state
}

/** How often it is told that the time of a round is over, in a block at whose end it stands so. */
function timersFired(commitmentPool: CommitmentPool, timeout: bigint): number {
  const state = standingAt(commitmentPool, timeout)
  const log = new MemoryLog()
  const [watched] = watchRounds([roothash], createLogger('application', log.sink))
  watched?.endBlock?.({
    state,
    events: [],
    committed: { height: HEIGHT - 1n },
  } as unknown as Context)
  const told = log.records.map(({ level, fields }) => [level, fields])
  const fired = ['warn', { runtime: runtimeId, log_event: 'roothash/timer_fired' }]
  for (const one of told) assert.deepEqual(one, fired)
  return told.length
}

/** What the log has of rounds that go wrong. */
function wentWrong({ records }: MemoryLog) {
  const named = records.filter(({ fields }) => fields['log_event'] !== undefined)
  return named.map(({ level, fields: { log_event, round, timeout } }) => {
    return { level, log_event, round, timeout }
  })
}

describe('the end of the time of a round', () => {
  it('is told where the round would wait without it', () => {
    assert.equal(timersFired(FRESH_POOL, HEIGHT), 1)
    assert.equal(timersFired(poolOf(1), HEIGHT), 1)
  })

  it('is not told where the last commitment came in just in time', () => {
    assert.equal(timersFired(poolOf(1, 2), HEIGHT), 0)
  })

  it('is not told at any other height', () => {
    for (const timeout of [HEIGHT - 1n, HEIGHT + 1n])
      assert.equal(timersFired(poolOf(1), timeout), 0)
  })
})

describe('events that are not of rounds', () => {
  it('are passed over, whatever they have', () => {
    const attribute = (key: string) => ({ key, value: new Uint8Array([1]) })
    const event = { type: 'other', attributes: [attribute('a'), attribute('b')] }
    const endBlock = ({ events }: Context) => {
      events.push(event as Context['events'][number])
      return undefined
    }
    const log = new MemoryLog()
    const [watched] = watchRounds([{ ...roothash, endBlock }], createLogger('test', log.sink))
    const state = standingAt(FRESH_POOL, HEIGHT)
    watched?.endBlock?.({ state, events: [], committed: { height: 0n } } as unknown as Context)
    assert.deepEqual(log.records, [])
  })
})

describe('a round that goes wrong', () => {
  it('is told step by step, where only one of the workers commits', async () => {
    const log = new MemoryLog()
    const rounds = await new OwnRounds(log.sink).open()
    await rounds.pass(22)
    const left = await rounds.leaveOneWorker()
    const input = toyTransaction({ key: 'a', value: '1' })
    void left.shell!.submit(input, { origin: 'local' })
    await rounds.pass(17)
    // The others are late; then those who stand in for them are, too.
    const nothing = { round: undefined, timeout: undefined }
    const fired = { level: 'warn', log_event: 'roothash/timer_fired', ...nothing }
    const discrepancy = 'roothash/execution_discrepancy_detected'
    assert.deepEqual(wentWrong(log), [
      fired,
      { level: 'warn', log_event: discrepancy, round: 3n, timeout: true },
      fired,
      { level: 'debug', log_event: 'roothash/round_failed', round: 3n, timeout: undefined },
    ])
    assert.deepEqual(rounds.fatal, [])
  })
})
