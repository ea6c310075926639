import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { RuntimeStakingParameters } from '@wadi/consensus/registry/runtime'
import {
  ComputeResultsHeader,
  ExecutorCommitment,
  ExecutorCommitmentHeader,
  Proposal,
  ProposalHeader,
} from '@wadi/consensus/roothash/commitments'
import type { Evidence } from '@wadi/consensus/roothash/methods'
import { type Slash, SlashReason } from '@wadi/consensus/staking'
import { hashOfBytes } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { REPORTED_MAX } from '../limits.ts'
import { EquivocationReports } from './equivocationReports.ts'

const id = testNamespace(toUtf8('reports'))
const nodeOf = (name: string) => PublicKey.check(hashOfBytes(toUtf8(name)))

function ofProposals(name: string, round: bigint): Evidence {
  const header = { ...zero(ProposalHeader), round }
  const proposal: Proposal = { ...zero(Proposal), nodeId: nodeOf(name), header }
  const equivocationProp = { propA: proposal, propB: proposal }
  return { id, equivocationExecutor: undefined, equivocationProp }
}

function ofCommitments(name: string, round: bigint): Evidence {
  const header = {
    ...zero(ExecutorCommitmentHeader),
    header: { ...zero(ComputeResultsHeader), round },
  }
  const commitment = { ...zero(ExecutorCommitment), nodeId: nodeOf(name), header }
  const equivocationExecutor = { commitA: commitment, commitB: commitment }
  return { id, equivocationExecutor, equivocationProp: undefined }
}

function runtimeWith(amount: bigint) {
  const slash: Slash = { amount: quantity(amount), freezeInterval: 0n }
  const slashing = keyedMap<number, Slash>(SlashReason, [
    [SlashReason.names['runtime-equivocation'], slash],
  ])
  return { staking: make(RuntimeStakingParameters, { slashing }) }
}

const SLASHES = runtimeWith(1n)

describe('evidence of two things that somebody has signed', () => {
  it('is reported once of a node and a round, whatever it is about', () => {
    const reports = new EquivocationReports()
    assert.equal(reports.take(ofProposals('a', 3n), SLASHES), true)
    assert.equal(reports.take(ofProposals('a', 3n), SLASHES), false)
    assert.equal(reports.take(ofCommitments('a', 3n), SLASHES), false)
    assert.equal(reports.take(ofCommitments('b', 3n), SLASHES), true)
    assert.equal(reports.take(ofCommitments('a', 4n), SLASHES), true)
  })

  it('is not reported where nobody pays for it, as the consensus layer refuses it', () => {
    const reports = new EquivocationReports()
    assert.equal(reports.take(ofProposals('a', 3n), runtimeWith(0n)), false)
    assert.equal(
      reports.take(ofProposals('a', 3n), { staking: make(RuntimeStakingParameters, {}) }),
      false,
    )
    assert.equal(reports.take(ofProposals('a', 3n), SLASHES), true)
  })

  it('is remembered up to a bound, the oldest forgotten first', () => {
    const reports = new EquivocationReports()
    for (let round = 0; round < REPORTED_MAX; round++)
      reports.take(ofProposals('a', BigInt(round)), SLASHES)
    assert.equal(reports.take(ofProposals('a', 0n), SLASHES), false)
    assert.equal(reports.take(ofProposals('a', BigInt(REPORTED_MAX)), SLASHES), true)
    assert.equal(reports.take(ofProposals('a', 1n), SLASHES), false)
    assert.equal(reports.take(ofProposals('a', 0n), SLASHES), true)
  })
})
