import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { TeeFeatures } from '@wadi/consensus/registry'
import { type RegistryOptions, registryContext } from '../../testing/testRegistry.ts'
import { methods } from '../methods.ts'

const { run } = methods['registry.ProveFreshness']!
const gasCosts = keyedMap<string, bigint>(text, [['prove_freshness', 7n]])
const blob = parseHex(`5820${'11'.repeat(32)}`)

function context(freshnessProofs: boolean | undefined, options: RegistryOptions = {}) {
  const teeFeatures =
    freshnessProofs === undefined ? undefined : make(TeeFeatures, { freshnessProofs })
  return registryContext({ ...options, params: { gasCosts, teeFeatures } })
}

describe('registry.ProveFreshness', () => {
  it('only uses gas, also when it is only checked', () => {
    for (const mode of ['deliverTx', 'checkTx', 'simulate'] as const) {
      const ctx = context(true, { mode })
      run(ctx, blob)
      assert.equal(ctx.gas.used, 7n)
      assert.equal(ctx.events.length, 0)
    }
  })

  it('does not exist before the network enables it', () => {
    for (const enabled of [false, undefined]) {
      const ctx = context(enabled)
      assert.throws(() => run(ctx, blob), { module: 'registry', code: 1 })
      assert.equal(ctx.gas.used, 0n)
    }
  })

  it('refuses what are not bytes', () => {
    assert.throws(() => run(context(true), Uint8Array.of(0xa0)), { module: 'registry', code: 1 })
  })
})
