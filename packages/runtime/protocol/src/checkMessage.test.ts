import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make, zero } from '@wadi/cbor/codec'
import { ProposalContent } from '@wadi/consensus/governance'
import { CastVote } from '@wadi/consensus/governance/methods'
import { Runtime } from '@wadi/consensus/registry/runtime'
import {
  GovernanceMessage,
  Message,
  RegistryMessage,
  StakingMessage,
} from '@wadi/consensus/roothash/messages'
import { Transfer, Withdraw } from '@wadi/consensus/staking/methods'
import { checkMessage } from './checkMessage.ts'

const staking = (fields: Partial<StakingMessage>) =>
  make(Message, { staking: make(StakingMessage, fields) })
const governance = (fields: Partial<GovernanceMessage>) =>
  make(Message, { governance: make(GovernanceMessage, fields) })
const registry = (fields: Partial<RegistryMessage>) =>
  make(Message, { registry: make(RegistryMessage, fields) })

const transfer = zero(Transfer)

describe('a runtime message', () => {
  it('asks for one thing', () => {
    const castVote = zero(CastVote)
    for (const message of [
      staking({ transfer }),
      registry({ updateRuntime: zero(Runtime) }),
      governance({ castVote }),
    ]) {
      checkMessage(message)
    }
  })

  it('that asks for nothing is refused', () => {
    for (const message of [zero(Message), staking({}), registry({}), governance({})]) {
      assert.throws(() => checkMessage(message), { reason: 'runtimeMessage.empty', code: 1 })
    }
  })

  it('that asks one service for two things is refused', () => {
    const submitProposal = zero(ProposalContent)
    for (const message of [
      staking({ transfer, withdraw: zero(Withdraw) }),
      governance({ castVote: zero(CastVote), submitProposal }),
    ]) {
      assert.throws(() => checkMessage(message), { reason: 'runtimeMessage.ambiguous', code: 1 })
    }
  })

  it('that asks two services passes if the first part is good, as in the reference', () => {
    checkMessage({ ...staking({ transfer }), governance: zero(GovernanceMessage) })
    const first = { ...staking({}), governance: zero(GovernanceMessage) }
    assert.throws(() => checkMessage(first), { reason: 'runtimeMessage.empty' })
  })
})
