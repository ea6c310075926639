import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import * as beaconKeys from '@wadi/consensus/beacon/keys'
import { StatusEvent } from '@wadi/consensus/churp/events'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { service } from '../keymanager/service.ts'
import { RUNTIME } from '../keymanager/testing/testEnclaves.ts'
import { suspendRuntime } from '../registry/actions.ts'
import { testTree } from '../testing/testContext.ts'
import { toldEvents } from '../testing/testRegistry.ts'
import { beginBlock } from './blocks.ts'
import { statusesOf } from './queries.ts'
import { setStatus } from './state.ts'
import { type ChurpOptions, churpContext, schemeStatus } from './testing/testSchemes.ts'

/** A block that begins epoch 10, with schemes whose handoffs nobody applied for. */
function context(nextHandoffs: readonly bigint[], options: ChurpOptions = {}): Context {
  const ctx = churpContext({ mode: 'beginBlock', ...options })
  for (const [id, nextHandoff] of nextHandoffs.entries())
    setStatus(ctx.state, schemeStatus({ id, nextHandoff }))
  return ctx
}

function nextHandoffs({ state }: Context): readonly bigint[] {
  return statusesOf(state, RUNTIME.id).map(({ nextHandoff }) => nextHandoff)
}

describe('the schemes when an epoch begins', () => {
  it('change in order, and each that changes is told', () => {
    const ctx = context([10n, 8n, 9n, 11n])
    beginBlock(ctx)
    assert.deepEqual(nextHandoffs(ctx), [11n, 8n, 11n, 11n])
    const told = ctx.events.map(({ attributes }) => decode(StatusEvent, attributes[0]!.value))
    assert.deepEqual(
      told.map(({ status }) => status?.id),
      [0, 2],
    )
    assert.deepEqual(toldEvents(ctx), ['keymanager/churp.update', 'keymanager/churp.update'])
  })

  it('stay as they are if the key manager is suspended', () => {
    const ctx = context([10n])
    suspendRuntime({ ...ctx, events: [] }, RUNTIME.id)
    beginBlock(ctx)
    assert.deepEqual([nextHandoffs(ctx), toldEvents(ctx)], [[10n], []])
  })

  it('stay as they are within an epoch', () => {
    const committed = testTree()
    write(committed, beaconKeys.currentEpoch, [], { epoch: 10n, height: 1n })
    const ctx = context([10n], { committed })
    beginBlock(ctx)
    assert.deepEqual([nextHandoffs(ctx), toldEvents(ctx)], [[10n], []])
  })

  it('change after the committees', () => {
    const ctx = context([10n])
    service.beginBlock?.(ctx)
    assert.deepEqual(toldEvents(ctx), ['status', 'keymanager/churp.update'])
  })
})
