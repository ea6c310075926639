import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { Genesis, Parameters, type Status } from '@wadi/consensus/churp'
import * as keys from '@wadi/consensus/churp/keys'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Genesis as KeyManagerGenesis } from '@wadi/consensus/keymanager'
import { Genesis as RegistryGenesis } from '@wadi/consensus/registry'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import type { Context } from '../kernel/context.ts'
import { has } from '../kernel/state.ts'
import { service } from '../keymanager/service.ts'
import { RUNTIME } from '../keymanager/testing/testEnclaves.ts'
import { testContext } from '../testing/testContext.ts'
import { testKey } from '../testing/testNodes.ts'
import { toldEvents } from '../testing/testRegistry.ts'
import { exportGenesis } from './genesis.ts'
import { allStatusesOf, parametersOf } from './queries.ts'
import { setStatus } from './state.ts'
import { applicationsOf, CHECKSUM, refused, schemeStatus } from './testing/testSchemes.ts'

const params = make(Parameters, { gasCosts: keyedMap(text, [['create', 5n]]) })

function begun(
  statuses: readonly (Status | undefined)[] | undefined,
  registry: Partial<RegistryGenesis> = { runtimes: [RUNTIME] },
): Context {
  const ctx = testContext({ mode: 'initChain', lastHeight: 0n })
  const churp = statuses && make(Genesis, { params, statuses })
  const document = make(GenesisDocument, {
    registry: make(RegistryGenesis, registry),
    keymanager: make(KeyManagerGenesis, { churp }),
  })
  service.initChain?.(ctx, { document, validators: [] })
  return ctx
}

const known = schemeStatus({ handoff: 7n, checksum: CHECKSUM, committee: [testKey(1)] })
const busy = { ...known, nextChecksum: CHECKSUM, applications: applicationsOf([1], [1]) }

describe("CHURP's genesis", () => {
  it('is nothing without the section: then nothing costs gas', () => {
    const ctx = begun(undefined)
    assert.equal(has(ctx.state, keys.parameters), false)
    assert.equal(parametersOf(ctx.state).gasCosts.size, 0)
  })

  it('brings parameters of its own, whatever the document says', () => {
    const { gasCosts } = parametersOf(begun([]).state)
    const costs = ['create', 'update', 'apply', 'confirm'].map((name) => gasCosts.get(name))
    assert.deepEqual(costs, [1_000n, 1_000n, 1_000n, 1_000n])
    assert.equal(gasCosts.size, 4)
  })

  it('ends handoffs that were under way, and schedules the next one for epoch zero', () => {
    const ctx = begun([busy, { ...busy, id: 4, handoffInterval: 0n }])
    const after = [
      { ...known, nextHandoff: 0n },
      { ...known, id: 4, handoffInterval: 0n, nextHandoff: EPOCH_INVALID },
    ]
    assert.deepEqual(allStatusesOf(ctx.state), after)
    assert.deepEqual(toldEvents(ctx), ['keymanager/churp.update', 'keymanager/churp.update'])
  })

  it('refuses null, and schemes of whatever is no key manager that runs', () => {
    assert.throws(() => begun([undefined]), refused('nullStatus'))
    const suspended = () => begun([known], { suspendedRuntimes: [RUNTIME] })
    assert.throws(suspended, refused('unknownRuntime'))
  })

  it('exports every scheme without a handoff', () => {
    const ctx = begun([])
    setStatus(ctx.state, busy)
    const exported = exportGenesis(ctx.state)
    assert.deepEqual(exported.statuses, [{ ...known, nextHandoff: EPOCH_INVALID }])
    assert.deepEqual(exported.params, parametersOf(ctx.state))
  })
})
