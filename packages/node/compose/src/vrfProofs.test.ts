/** Nodes that prove their randomness with the rules of the real beacon, through their own calls. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { createLogger, SILENT } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { Epoch } from '@wadi/primitives/epoch'
import { askMethods } from '@wadi/registration/chain'
import { Submitter } from '@wadi/registration/submitter'
import { createVrfProver } from '@wadi/registration/vrf-prover'
import { createNetworkGenesis } from './networkGenesis.ts'
import { OwnChain } from './testing/ownChain.ts'

const EPOCH_BLOCKS = 8n
const network = createNetworkGenesis({ validators: 2, beacon: 'vrf', epochBlocks: EPOCH_BLOCKS })

function proverOf(chain: OwnChain, number: number) {
  const { node, vrf } = network.validators[number]!
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const timers: Timers = {
    after: (_, run) => {
      setImmediate(run)
      return { cancel: () => undefined }
    },
  }
  const log = createLogger('registration', SILENT)
  const world = { clock, timers, random: new SeededRandom(BigInt(number)), log }
  const ask = askMethods(chain.api.methods)
  const { chainContext } = network
  const submitter = new Submitter({
    ask,
    chainContext,
    config: { gasPrice: 0n, maxFee: 0n },
    world,
  })
  return createVrfProver({
    ask,
    submitter,
    signers: { node: node.signer, vrf: vrf.signer },
    round: () => chain.vrfRound,
    world,
    onFatal: (error) => assert.fail(String(error)),
  })
}

describe('nodes that prove their randomness', () => {
  it('do so once in each epoch after the delay, so that committees can be elected', async () => {
    const chain = new OwnChain(network)
    chain.isSynced = true
    const provers = [proverOf(chain, 0), proverOf(chain, 1)]
    const proved = new Map<Epoch, Map<string, bigint>>()
    const states = new Map<Epoch, boolean | undefined>()
    for (const prover of provers) prover.start()
    for (let i = 0; i < 40; i++) {
      await chain.pass()
      for (const prover of provers) prover.applied(chain.height)
      await chain.settle()
      const round = chain.vrfRound
      if (round === undefined) continue
      const { epoch, submitAfter, pi, prevState } = round
      states.set(epoch, prevState?.canElect)
      const heights = proved.get(epoch) ?? new Map<string, bigint>()
      proved.set(epoch, heights)
      for (const { publicKey } of network.validators.map(({ node }) => node)) {
        const name = toHex(publicKey)
        if (pi.get(publicKey) === undefined || heights.has(name)) continue
        heights.set(name, chain.height)
        assert.ok(chain.height > submitAfter)
        assert.ok(chain.height <= submitAfter + 2n)
      }
    }
    const epochs = [...proved.keys()]
    assert.ok(epochs.length >= 4)
    // The last one may still be before its delay.
    for (const epoch of epochs.slice(0, -1)) assert.equal(proved.get(epoch)?.size, 2)
    assert.equal(states.get(epochs.at(-2)!), true)
    for (const prover of provers) prover.stop()
  })

  it('leave an epoch to others when they are stopped', async () => {
    const chain = new OwnChain(network)
    chain.isSynced = true
    const prover = proverOf(chain, 0)
    prover.start()
    prover.stop()
    for (let i = 0; i < 12; i++) {
      await chain.pass()
      prover.applied(chain.height)
      await chain.settle()
    }
    assert.equal(chain.vrfRound?.pi.size, 0)
  })
})
