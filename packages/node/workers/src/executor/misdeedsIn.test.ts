import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { zero } from '@wadi/cbor/codec'
import { ExecutorCommitmentHeader, Proposal } from '@wadi/consensus/roothash/commitments'
import type { CommitEffect, ProposeEffect } from '@wadi/runtime-executor/round/effect'
import { misbehaveIn } from './misdeedsIn.ts'

function commitOf(round: bigint): CommitEffect {
  const header = zero(ExecutorCommitmentHeader)
  const signed = { ...header, header: { ...header.header, round } }
  return { kind: 'commit', commitment: { header: signed, messages: [] } }
}

function proposeOf(round: bigint): ProposeEffect {
  const proposal = zero(Proposal)
  const header = { ...proposal.header, round }
  return { kind: 'propose', epoch: 1n, proposal: { ...proposal, header } } as ProposeEffect
}

const onlyInThree = (round: bigint) => (round === 3n ? (['straggler'] as const) : [])

describe('misdeeds', () => {
  it('are done in the rounds that they are for', () => {
    const effects = [proposeOf(2n), commitOf(2n), proposeOf(3n), commitOf(3n), commitOf(4n)]
    assert.deepEqual(misbehaveIn(onlyInThree, effects), [effects[0], effects[1], effects[4]])
  })

  it('leave alone what the node does for itself, and rounds in which there are none', () => {
    const wake = { kind: 'sync-runtime', height: 3n } as const
    assert.deepEqual(
      misbehaveIn(() => ['straggler'], [wake]),
      [wake],
    )
    assert.deepEqual(
      misbehaveIn(() => [], [commitOf(3n)]),
      [commitOf(3n)],
    )
  })
})
