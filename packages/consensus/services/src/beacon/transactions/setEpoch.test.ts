import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { InsecureParameters, Parameters, VrfParameters } from '@wadi/consensus/beacon'
import { SetEpoch } from '@wadi/consensus/beacon/methods'
import type { Context } from '../../kernel/context.ts'
import { testContext } from '../../testing/testContext.ts'
import { futureEpochOf, pendingMockEpochOf } from '../queries.ts'
import { setEpoch as putEpoch, setParameters } from '../state.ts'
import { setEpoch } from './setEpoch.ts'

const plain = { module: 'unknown', code: 1 }

function mock(backend: 'insecure' | 'vrf', mode: Context['mode'] = 'deliverTx'): Context {
  const ctx = testContext({ mode })
  const params = make(Parameters, {
    backend,
    debugMockBackend: true,
    insecureParameters: make(InsecureParameters, {}),
    vrfParameters: make(VrfParameters, {}),
  })
  setParameters(ctx.state, params)
  putEpoch(ctx.state, { epoch: 5n, height: 3n })
  return ctx
}

function ask(ctx: Context, epoch: bigint): void {
  setEpoch(ctx, encode(SetEpoch, epoch))
}

for (const backend of ['insecure', 'vrf'] as const)
  describe(`beacon.SetEpoch, ${backend}`, () => {
    it('exists for tests only', () => {
      const ctx = mock(backend)
      setParameters(ctx.state, make(Parameters, { backend }))
      assert.throws(() => ask(ctx, 6n), { ...plain, reason: 'beacon.methodDisabled' })
    })

    it('goes forward only', () => {
      for (const epoch of [4n, 5n])
        assert.throws(() => ask(mock(backend), epoch), { ...plain, reason: 'beacon.notAdvancing' })
      ask(mock(backend), 6n)
    })

    it('refuses a malformed epoch without a code, and takes none for zero', () => {
      for (const body of [Uint8Array.of(0x20), Uint8Array.of(0x60), new Uint8Array(0)])
        assert.throws(() => setEpoch(mock(backend), body), plain)
      assert.throws(() => setEpoch(mock(backend), undefined), { reason: 'beacon.notAdvancing' })
    })

    it('costs nothing', () => {
      const ctx = mock(backend)
      ask(ctx, 6n)
      assert.equal(ctx.gas.used, 0n)
    })
  })

describe('beacon.SetEpoch without proofs', () => {
  it('has the epoch begin with the next block, also when it is only checked', () => {
    for (const mode of ['deliverTx', 'checkTx', 'simulate'] as const) {
      const ctx = mock('insecure', mode)
      ask(ctx, 9n)
      assert.deepEqual(futureEpochOf(ctx.state), { epoch: 9n, height: 12n })
    }
  })

  it('refuses a second epoch, be it the same', () => {
    const ctx = mock('insecure')
    ask(ctx, 9n)
    for (const epoch of [9n, 10n])
      assert.throws(() => ask(ctx, epoch), { ...plain, reason: 'beacon.epochScheduled' })
  })
})

describe('beacon.SetEpoch with proofs', () => {
  it('waits for the proofs', () => {
    const ctx = mock('vrf')
    ask(ctx, 9n)
    assert.equal(pendingMockEpochOf(ctx.state), 9n)
    assert.equal(futureEpochOf(ctx.state), undefined)
  })

  it('takes the same epoch again, and refuses another one', () => {
    const ctx = mock('vrf')
    ask(ctx, 9n)
    ask(ctx, 9n)
    for (const epoch of [3n, 8n, 10n])
      assert.throws(() => ask(ctx, epoch), { ...plain, reason: 'beacon.epochPending' })
    assert.equal(pendingMockEpochOf(ctx.state), 9n)
  })
})
