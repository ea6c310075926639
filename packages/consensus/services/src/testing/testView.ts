/** What a node knows of a chain on which a test asks it something. */

import { assert } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { apiMethods } from '../application/api.ts'
import type { ApiView, ExecutedBlock } from '../kernel/api.ts'
import type { ReadableState } from '../kernel/state.ts'
import { testTree } from './testContext.ts'

/** A block in which nothing happened. */
export const QUIET_BLOCK: ExecutedBlock = {
  time: { seconds: 1_600_000_000n, nanoseconds: 0 },
  beginEvents: [],
  transactions: [],
  endEvents: [],
}

/** A view at height 10, the last one, of a chain that began at 1. */
export function testView(state: ReadableState, changes: Partial<ApiView> = {}): ApiView {
  return {
    genesis: zero(GenesisDocument),
    chainContext: '0'.repeat(64),
    height: 10n,
    block: QUIET_BLOCK,
    cometParameters: Uint8Array.of(1),
    lastHeight: 10n,
    firstHeight: 1n,
    stateAt: () => state,
    state,
    tree: testTree(),
    ...changes,
  }
}

/** What a call is answered with. */
export function ask(view: ApiView, name: string, request?: unknown): unknown {
  const method = apiMethods[name]
  assert(method !== undefined, `no call ${name}`)
  return method.answer(view, request)
}
