import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as keys from '@wadi/consensus/roothash/keys'
import { testNamespace } from '@wadi/primitives/namespace'
import type { Context } from '../kernel/context.ts'
import { entriesOf } from '../kernel/state.ts'
import {
  lastIoRootOf,
  lastStateRootOf,
  parametersOf,
  pastRoundRootsOf,
  roundRootsOf,
} from './queries.ts'
import {
  addEvidence,
  removeExpiredEvidence,
  setParameters,
  setRuntimeState,
  shrinkPastRoots,
} from './state.ts'
import { RUNTIME_ID, runtimeAtWork, standing, testHash } from './testing/testRuntime.ts'

/** Writes where the runtime stands after a round. */
function setRound(ctx: Context, round: bigint): void {
  const runtimeState = standing(ctx)
  const root = testHash(`round ${round}`)
  const header = { ...runtimeState.lastBlock.header, round, stateRoot: root, ioRoot: root }
  setRuntimeState(ctx.state, { ...runtimeState, lastBlock: { header } })
}

function roundsOf(ctx: Context): readonly bigint[] {
  return pastRoundRootsOf(ctx.state, RUNTIME_ID).map(([round]) => round)
}

describe('past roots', () => {
  it('are kept of as many rounds as the parameters say', () => {
    const ctx = runtimeAtWork({ params: { maxPastRootsStored: 3n } })
    assert.deepEqual(roundsOf(ctx), [11n])
    for (let round = 12n; round < 20n; round++) setRound(ctx, round)
    assert.deepEqual(roundsOf(ctx), [17n, 18n, 19n])
    const root = testHash('round 19')
    assert.deepEqual(roundRootsOf(ctx.state, RUNTIME_ID, 19n), { stateRoot: root, ioRoot: root })
    assert.equal(roundRootsOf(ctx.state, RUNTIME_ID, 16n), undefined)
  })

  it('of the first rounds push nothing out', () => {
    const ctx = runtimeAtWork({ params: { maxPastRootsStored: 20n } })
    setRound(ctx, 12n)
    assert.deepEqual(roundsOf(ctx), [11n, 12n])
  })

  it('of round zero are pushed out like any others', () => {
    const ctx = runtimeAtWork({ params: { maxPastRootsStored: 20n } })
    for (const round of [0n, 19n]) setRound(ctx, round)
    assert.deepEqual(roundsOf(ctx), [0n, 11n, 19n])
    setRound(ctx, 20n)
    assert.deepEqual(roundsOf(ctx), [11n, 19n, 20n])
  })

  it('are written every time, and then also push out again', () => {
    const ctx = runtimeAtWork({ params: { maxPastRootsStored: 3n } })
    for (const round of [12n, 13n, 13n, 13n]) setRound(ctx, round)
    assert.deepEqual(roundsOf(ctx), [11n, 12n, 13n])
  })

  it('are not kept at all if the parameters say so, but the last ones always are', () => {
    const ctx = runtimeAtWork()
    setRound(ctx, 12n)
    assert.deepEqual(roundsOf(ctx), [])
    assert.deepEqual(lastStateRootOf(ctx.state, RUNTIME_ID), testHash('round 12'))
    assert.deepEqual(lastIoRootOf(ctx.state, RUNTIME_ID), testHash('round 12'))
  })

  it('shrink from the oldest on, and do not grow again by themselves', () => {
    const ctx = runtimeAtWork({ params: { maxPastRootsStored: 5n } })
    for (const round of [12n, 13n, 14n]) setRound(ctx, round)
    shrinkPastRoots(ctx.state, 4n)
    assert.deepEqual(roundsOf(ctx), [11n, 12n, 13n, 14n])
    shrinkPastRoots(ctx.state, 2n)
    assert.deepEqual(roundsOf(ctx), [13n, 14n])
    setParameters(ctx.state, { ...parametersOf(ctx.state), maxPastRootsStored: 2n })
    setRound(ctx, 15n)
    assert.deepEqual(roundsOf(ctx), [14n, 15n])
    shrinkPastRoots(ctx.state, 0n)
    assert.deepEqual(roundsOf(ctx), [])
  })
})

describe('evidence', () => {
  it('is forgotten of rounds before the given one, and of no other runtime', () => {
    const ctx = runtimeAtWork()
    const other = testNamespace(new Uint8Array(1))
    for (const round of [1n, 4n, 5n, 6n]) addEvidence(ctx.state, RUNTIME_ID, round, testHash('a'))
    addEvidence(ctx.state, RUNTIME_ID, 4n, testHash('b'))
    addEvidence(ctx.state, other, 1n, testHash('a'))
    removeExpiredEvidence(ctx.state, RUNTIME_ID, 5n)
    const rounds = [...entriesOf(ctx.state, keys.evidence, RUNTIME_ID)].map(([[, round]]) => round)
    assert.deepEqual(rounds, [5n, 6n])
    assert.equal([...entriesOf(ctx.state, keys.evidence, other)].length, 1)
  })
})
