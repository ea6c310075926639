import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { withEntry } from '@wadi/cbor/collections'
import { Parameters, VrfState } from '@wadi/consensus/beacon'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawProof } from '@wadi/primitives/signed'
import type { State } from '../kernel/state.ts'
import { testContext } from '../testing/testContext.ts'
import { testKey, testVrfSigner } from '../testing/testNodes.ts'
import { violations } from './invariants.ts'
import {
  clearSchedule,
  scheduleEpoch,
  setEpoch,
  setParameters,
  setPendingMockEpoch,
  setVrfState,
} from './state.ts'

const alpha = toUtf8('alpha')

function roundWith(proven: Uint8Array): VrfState {
  const signer = testVrfSigner(1)
  const publicKey = PublicKey.check(signer.publicKey)
  const proof = { publicKey, proof: RawProof.check(signer.prove(proven)) }
  const round = make(VrfState, { epoch: 4n, alpha })
  return { ...round, pi: withEntry(round.pi, testKey(1), proof) }
}

/** What is wrong with epoch 4, once it was damaged. */
function violationsAfter(damage: (state: State) => void): readonly string[] {
  const { state } = testContext()
  setParameters(state, make(Parameters, { backend: 'vrf' }))
  setEpoch(state, { epoch: 4n, height: 40n })
  scheduleEpoch(state, { epoch: 5n, height: 50n })
  setVrfState(state, roundWith(alpha))
  damage(state)
  return Array.from(violations(state), ({ invariant }) => invariant)
}

describe('the invariants of the beacon', () => {
  it('hold of a good state', () => {
    assert.deepEqual(
      violationsAfter(() => undefined),
      [],
    )
  })

  it('find an invalid epoch', () => {
    const found = violationsAfter((state) => setEpoch(state, { epoch: EPOCH_INVALID, height: 1n }))
    assert.ok(found.includes('beacon.epoch'))
  })

  it('find that no epoch follows, or one that was before', () => {
    const schedule = ['beacon.schedule']
    assert.deepEqual(violationsAfter(clearSchedule), schedule)
    const rescheduled = (epoch: bigint, height: bigint) => (state: State) => {
      clearSchedule(state)
      scheduleEpoch(state, { epoch, height })
    }
    assert.deepEqual(violationsAfter(rescheduled(4n, 50n)), schedule)
    assert.deepEqual(violationsAfter(rescheduled(5n, 39n)), schedule)
    assert.deepEqual(violationsAfter(rescheduled(5n, 40n)), [])
  })

  it('find an epoch that nobody may ask for', () => {
    const forTests = { debugMockBackend: true }
    const ask = (epoch: bigint, params: Partial<Parameters>) => (state: State) => {
      setParameters(state, make(Parameters, { backend: 'vrf', ...params }))
      setPendingMockEpoch(state, epoch)
    }
    assert.deepEqual(violationsAfter(ask(5n, forTests)), [])
    assert.deepEqual(violationsAfter(ask(4n, forTests)), [], 'asked for before epoch 4 began')
    assert.deepEqual(violationsAfter(ask(5n, {})), ['beacon.schedule'])
  })

  it('find a round of another epoch, and a proof over something else', () => {
    const other = violationsAfter((state) => setVrfState(state, { ...roundWith(alpha), epoch: 3n }))
    assert.deepEqual(other, ['beacon.vrf'])
    const forged = violationsAfter((state) => setVrfState(state, roundWith(toUtf8('beta'))))
    assert.deepEqual(forged, ['beacon.proofs'])
  })

  it('find that there is no round', () => {
    const { state } = testContext()
    setParameters(state, make(Parameters, { backend: 'vrf', debugMockBackend: true }))
    assert.deepEqual(
      Array.from(violations(state), ({ invariant }) => invariant),
      ['beacon.vrf'],
    )
  })
})
