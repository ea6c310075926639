import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { make, zero } from '@wadi/cbor/codec'
import { RuntimeState } from '@wadi/consensus/roothash'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { hashOfBytes } from '@wadi/primitives/hash'
import { PublicKey } from '@wadi/primitives/publicKey'
import { ByzantineExecutor } from './byzantineExecutor.ts'
import type { ExecutorMode } from './executorMode.ts'

const key = (name: string) => PublicKey.check(hashOfBytes(toUtf8(name)))
const { worker, 'backup-worker': backup } = CommitteeRole.names

/** After a round, with the members of the next one; the first worker is primary in round 3. */
function stateAfter(round: number, workers = '', backupWorkers = ''): RuntimeState {
  const named = (names: string, role: CommitteeRole) =>
    [...names].map((name) => ({ role, publicKey: key(name) }))
  const members = [...named(workers, worker), ...named(backupWorkers, backup)]
  return {
    ...zero(RuntimeState),
    lastBlock: make(Block, { header: { ...zero(Header), round: BigInt(round) } }),
    committee: members.length === 0 ? undefined : { ...zero(Committee), members },
  }
}

interface Play {
  readonly isPrimary?: boolean
  readonly stops?: ExecutorMode['stops']
}

/** What becomes of node `a` on a chain with these states. */
async function play(states: readonly (RuntimeState | Error)[], how: Play = {}) {
  const { isPrimary = true, stops = 'acted' } = how
  let height = 0
  const ends: string[] = []
  const executor = new ByzantineExecutor({
    stateOf: async () => {
      const state = states[height]!
      if (state instanceof Error) throw state
      return state
    },
    turn: { node: key('a'), isPrimary },
    stops,
    log: createLogger('byzantine', SILENT),
    stopSoon: () => ends.push(`stopped at ${height}`),
    onFatal: (error) => ends.push((error as Error).message),
  })
  for (; height < states.length; height++) await executor.applied()
  return ends
}

const UNKNOWN = new CodedError('roothash', 3, 'roothash.invalidRuntime', 'invalid runtime')

describe('an executor that misbehaves', () => {
  it('waits until it is elected, acts in round 3, and ends when that is over', async () => {
    const chain = [UNKNOWN, stateAfter(1), stateAfter(2), stateAfter(2, 'abc', 'd')]
    assert.deepEqual(await play(chain), [])
    assert.deepEqual(await play([...chain, stateAfter(3, 'abc'), stateAfter(4, 'abc')]), [
      'stopped at 4',
    ])
    assert.deepEqual(await play([...chain, stateAfter(3)], { stops: 'elected' }), ['stopped at 3'])
    assert.deepEqual(await play([...chain, stateAfter(3)], { stops: 'never' }), [])
  })

  it('fails where it is not what it was expected to be', async () => {
    const ofBackups = await play([stateAfter(2, 'bc', 'a')])
    assert.match(ofBackups.join(), /the node is not among the workers of the committee$/)
    const second = stateAfter(2, 'bac')
    assert.match((await play([second])).join(), /the node is not the primary scheduler/)
    assert.deepEqual(await play([second], { isPrimary: false }), [])
    const first = await play([stateAfter(2, 'abc')], { isPrimary: false })
    assert.match(first.join(), /the node is the primary scheduler; say so with --executor/)
    const late = await play([stateAfter(3, 'abc'), stateAfter(4, 'abc')])
    assert.equal(late.length, 1)
    assert.match(late.join(), /round 3 was over before the node was elected$/)
  })

  it('fails with whatever cannot be asked', async () => {
    assert.deepEqual(await play([new Error('the disk is gone'), stateAfter(2, 'bc')]), [
      'the disk is gone',
    ])
  })
})
