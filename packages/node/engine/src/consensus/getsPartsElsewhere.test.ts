import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type PeerRounds, UNKNOWN_ROUNDS } from '@wadi/tendermint/gossip/peerRounds'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { RoundStep } from '@wadi/tendermint/round/roundStep'
import { getsPartsElsewhere } from './getsPartsElsewhere.ts'
import { LonelyValidator } from './testing/lonelyValidator.ts'

const node = new LonelyValidator()
const { rounds } = node
node.kill()
const collecting: PeerRounds = { ...UNKNOWN_ROUNDS, height: 1n, step: RoundStep.propose }

describe('a peer that collects the parts of a block', () => {
  it('gets them from the proposer where everybody may know everybody', () => {
    assert.equal(getsPartsElsewhere(rounds, collecting, 3), true)
    assert.equal(getsPartsElsewhere(rounds, { ...collecting, step: RoundStep.precommit }, 4), true)
  })

  it('gets them from us if the block is ours, or if not all can know each other', () => {
    const ownAddress = rounds.validators.proposer?.address
    const ours: RoundState = { ...rounds, ownAddress }
    assert.equal(getsPartsElsewhere(ours, collecting, 3), false)
    assert.equal(getsPartsElsewhere(rounds, collecting, 2), false)
  })

  it('gets them from us if it waits for them to decide, or is at another height', () => {
    const waiting = { ...collecting, step: RoundStep.commit }
    assert.equal(getsPartsElsewhere(rounds, waiting, 3), false)
    assert.equal(getsPartsElsewhere(rounds, { ...collecting, height: 7n }, 3), false)
  })
})
