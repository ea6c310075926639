import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make, zero } from '@wadi/cbor/codec'
import { Genesis, InsecureParameters, Parameters, VrfParameters } from '@wadi/consensus/beacon'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { Context } from '../kernel/context.ts'
import { testContext } from '../testing/testContext.ts'
import { exportGenesis, initChain } from './genesis.ts'
import { epochTimeOf, futureEpochOf, vrfStateOf } from './queries.ts'

const insecure = make(Parameters, {
  backend: 'insecure',
  insecureParameters: make(InsecureParameters, { interval: 30n }),
})
const vrf = make(Parameters, {
  backend: 'vrf',
  vrfParameters: make(VrfParameters, { alphaHqThreshold: 2n, interval: 30n, proofDelay: 5n }),
})

/** A chain whose first block is of height 100, and that begins in epoch 7. */
function begin(params: Parameters): Context {
  const ctx = testContext({ mode: 'initChain', initialHeight: 100n, lastHeight: 0n })
  const document = make(GenesisDocument, { beacon: { base: 7n, params } })
  initChain(ctx, { document, validators: [] })
  return ctx
}

function kindsOf({ events }: Context): readonly (string | undefined)[] {
  return events.map(({ attributes }) => attributes[0]?.key)
}

describe('the beacon when a chain begins', () => {
  it('schedules the second epoch by its number, without proofs', () => {
    const ctx = begin(insecure)
    assert.deepEqual(epochTimeOf(ctx.state), { epoch: 7n, height: 100n })
    assert.deepEqual(futureEpochOf(ctx.state), { epoch: 8n, height: 240n })
    assert.deepEqual(kindsOf(ctx), ['epoch'])
  })

  it('schedules the second epoch an interval after the first block, with proofs', () => {
    const ctx = begin(vrf)
    assert.deepEqual(epochTimeOf(ctx.state), { epoch: 7n, height: 100n })
    assert.deepEqual(futureEpochOf(ctx.state), { epoch: 8n, height: 130n })
    assert.equal(vrfStateOf(ctx.state), undefined)
    assert.deepEqual(kindsOf(ctx), ['epoch'])
  })

  it('schedules nothing for tests, and without proofs does not even begin an epoch', () => {
    const mockVrf = begin({ ...vrf, debugMockBackend: true })
    assert.deepEqual(epochTimeOf(mockVrf.state), { epoch: 7n, height: 100n })
    const mockInsecure = begin({ ...insecure, debugMockBackend: true })
    assert.deepEqual(epochTimeOf(mockInsecure.state), { epoch: 0n, height: 0n })
    for (const ctx of [mockVrf, mockInsecure]) {
      assert.equal(futureEpochOf(ctx.state), undefined)
      assert.deepEqual(kindsOf(ctx), [])
    }
  })

  it('refuses a backend without its settings, but for tests that set epochs', () => {
    for (const params of [insecure, vrf]) {
      const bare = { ...params, insecureParameters: undefined, vrfParameters: undefined }
      assert.throws(() => begin(bare), { reason: 'beacon.notConfigured' })
      begin({ ...bare, debugMockBackend: true })
    }
  })

  it('refuses a backend that nobody knows', () => {
    const params = { ...zero(Parameters), backend: 'pvss' }
    assert.throws(() => begin(params), { reason: 'beacon.unsupportedBackend' })
  })

  it('goes on in the epoch that there is', () => {
    const ctx = begin(vrf)
    const expected = encode(Genesis, { base: 7n, params: vrf })
    assert.deepEqual(encode(Genesis, exportGenesis(ctx.state)), expected)
  })
})
