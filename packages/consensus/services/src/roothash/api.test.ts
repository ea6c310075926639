import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { RoundResults } from '@wadi/consensus/roothash'
import { Event } from '@wadi/consensus/roothash/events'
import { IncomingMessage, IncomingMessageQueueMeta } from '@wadi/consensus/roothash/messages'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import { ask, QUIET_BLOCK, testView } from '../testing/testView.ts'
import { tell } from './events.ts'
import { addIncomingMessage } from './state.ts'
import { ROUND, RUNTIME_ID, runtimeAtWork, standing } from './testing/testRuntime.ts'

const STRANGER = testNamespace(toUtf8('a stranger'))

describe('roothash, asked', () => {
  const ctx = runtimeAtWork({ params: { maxPastRootsStored: 3n } })
  for (const id of [4n, 5n, 6n])
    addIncomingMessage(ctx.state, RUNTIME_ID, make(IncomingMessage, { id }))
  const view = testView(ctx.state)
  const of = (runtimeId: typeof RUNTIME_ID) => ({ height: 0n, runtimeId })

  it('tells where a runtime stands', () => {
    const { genesisBlock, lastBlock } = standing(ctx)
    assert.deepEqual(ask(view, 'RootHash/GetRuntimeState', of(RUNTIME_ID)), standing(ctx))
    assert.deepEqual(ask(view, 'RootHash/GetGenesisBlock', of(RUNTIME_ID)), genesisBlock)
    assert.deepEqual(ask(view, 'RootHash/GetLatestBlock', of(RUNTIME_ID)), lastBlock)
  })

  it('refuses to tell where others stand', () => {
    for (const name of ['GetRuntimeState', 'GetGenesisBlock', 'GetLatestBlock'])
      assert.throws(() => ask(view, `RootHash/${name}`, of(STRANGER)), {
        module: 'roothash',
        code: 3,
        message: 'roothash: invalid runtime',
      })
  })

  it('tells of other things that they are not there', () => {
    const round = { ...of(STRANGER), round: ROUND }
    assert.deepEqual(ask(view, 'RootHash/GetLastRoundResults', of(STRANGER)), zero(RoundResults))
    assert.equal(ask(view, 'RootHash/GetRoundRoots', round), undefined)
    assert.deepEqual([...(ask(view, 'RootHash/GetPastRoundRoots', of(STRANGER)) as [])], [])
    assert.deepEqual(
      ask(view, 'RootHash/GetIncomingMessageQueueMeta', of(STRANGER)),
      zero(IncomingMessageQueueMeta),
    )
  })

  it('tells a part of a queue', () => {
    const part = (offset: bigint, limit: number) => {
      const query = { ...of(RUNTIME_ID), offset, limit }
      const messages = ask(view, 'RootHash/GetIncomingMessageQueue', query)
      return (messages as readonly IncomingMessage[]).map(({ id }) => id)
    }
    assert.deepEqual(part(0n, 0), [4n, 5n, 6n])
    assert.deepEqual(part(5n, 0), [5n, 6n])
    assert.deepEqual(part(0n, 2), [4n, 5n])
    assert.deepEqual(part(5n, 1), [5n])
    assert.deepEqual(part(7n, 1), [])
  })

  it('tells events with their runtime', () => {
    tell(ctx, RUNTIME_ID, 'finalized', { round: ROUND })
    const block = { ...QUIET_BLOCK, endEvents: ctx.events }
    assert.deepEqual(ask(testView(ctx.state, { block }), 'RootHash/GetEvents', 0n), [
      make(Event, {
        height: 10n,
        txHash: EMPTY_HASH,
        runtimeId: RUNTIME_ID,
        finalized: { round: ROUND },
      }),
    ])
  })
})
