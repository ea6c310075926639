import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LightBlockProvider } from '@wadi/engine/state-sync'
import { encode } from '@wadi/protobuf/codec'
import { createNodeClient } from '@wadi/sdk/node-client'
import { addBlock, beginChain } from '@wadi/tendermint/testing/signedChain'
import { Evidence, type LightClientAttackEvidence } from '@wadi/tendermint/types/evidence'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { peerTransport } from './peerTransport.ts'

const begun = beginChain([10n])
const { block, chain } = addBlock(begun)
const lightBlock: LightBlock = {
  signedHeader: { header: block.header, commit: chain.lastCommit },
  validatorSet: begun.state.validators,
}

function scene() {
  const told: LightClientAttackEvidence[] = []
  const provider: LightBlockProvider = {
    name: 'peer',
    fetchLightBlock: (height, answer) =>
      answer(height <= 1n ? { kind: 'found', block: lightBlock } : { kind: 'too-high' }),
    fetchParams: (_, answer) => answer(undefined),
    reportEvidence: (evidence) => void told.push(evidence),
    reportBad: () => undefined,
  }
  return { told, ...createNodeClient(peerTransport(provider)) }
}

describe('a peer that a light client asks', () => {
  it('has light blocks, and knows how many there are', async () => {
    const { consensus } = scene()
    const { height, meta } = await consensus.getLightBlock(1n)
    assert.deepEqual([height, meta], [1n, encode(LightBlock, lightBlock)])
    assert.equal(await consensus.getLatestHeight(), 1n)
    await assert.rejects(consensus.getLightBlock(2n), { reason: 'consensus.versionNotFound' })
  })

  it('takes evidence of attacks', async () => {
    const { consensus, told } = scene()
    const body: LightClientAttackEvidence = {
      conflictingBlock: lightBlock,
      commonHeight: 1n,
      byzantineValidators: [],
      totalVotingPower: 10n,
      timestamp: block.header.time,
    }
    await consensus.submitEvidence({
      meta: encode(Evidence, { kind: 'light-client-attack', body }),
    })
    assert.deepEqual(told, [body])
  })

  it('answers nothing else', async () => {
    const { consensus } = scene()
    await assert.rejects(consensus.getTransactions(1n), { reason: 'consensus.unsupported' })
    assert.throws(() => consensus.watchBlocks(), { reason: 'consensus.unsupported' })
  })
})
