/**
 * Compute nodes of a chain of ours: its registry has the runtime, its scheduler elects them, its
 * roothash decides what they agree on.
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { MemoryLog } from '@wadi/base/log'
import { toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import { LATEST_ROUND } from '@wadi/workers/round-history'
import { OwnRounds } from './testing/ownRounds.ts'

describe('compute nodes of a chain', () => {
  it('are elected, agree on what transactions do, and all have the same state', async () => {
    const log = new MemoryLog()
    const rounds = await new OwnRounds(log.sink).open()
    const { workers } = rounds
    await rounds.pass(25)
    const input = toyTransaction({ key: 'a', value: '1' })
    const submitted = workers[0]!.shell!.submit(input, { origin: 'local' })
    await rounds.pass(25)
    assert.deepEqual(rounds.fatal, [])
    assert.deepEqual(await submitted, { kind: 'accepted' })
    const roots = workers.map(({ history }) =>
      toHex(history.block(LATEST_ROUND).block.header.stateRoot),
    )
    assert.equal(new Set(roots).size, 1)
    for (const { history, store } of workers) {
      const { header } = history.block(LATEST_ROUND).block
      assert.deepEqual(store.stateAfter(header).get(toUtf8('at/a')), toUtf8('1'))
    }
    const events = log.records.filter(({ fields }) => fields['log_event'] !== undefined)
    assert.deepEqual(events, [])
  })
})
