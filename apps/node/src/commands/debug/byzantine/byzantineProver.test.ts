import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { OwnChain } from '@wadi/compose/testing/own-chain'
import type { VrfState } from '@wadi/consensus/beacon'
import { askMethods } from '@wadi/registration/chain'
import { Submitter } from '@wadi/registration/submitter'
import { type BeaconMode, parseBeaconMode } from './beaconMode.ts'
import { createByzantineProver } from './byzantineProver.ts'

const network = createNetworkGenesis({ validators: 1, beacon: 'vrf', epochBlocks: 8n })
const { node, vrf } = network.validators[0]!
const timers: Timers = {
  after: (_, run) => {
    setImmediate(run)
    return { cancel: () => undefined }
  },
}

interface Play {
  /** Shows another round than there is. */
  readonly change?: (round: VrfState) => VrfState
  readonly startsAt?: bigint
}

/** What a node of a mode says in so many blocks. */
async function play(mode: BeaconMode, { change = (round) => round, startsAt = 0n }: Play = {}) {
  const chain = new OwnChain(network)
  chain.isSynced = true
  const memory = new MemoryLog()
  const log = createLogger('byzantine', memory.sink)
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const world = { clock, timers, random: new SeededRandom(1n), log }
  const ask = askMethods(chain.api.methods)
  const config = { gasPrice: 0n, maxFee: 0n }
  const failures: unknown[] = []
  const prover = createByzantineProver(mode, {
    ask,
    submitter: new Submitter({ ask, chainContext: network.chainContext, config, world }),
    signers: { node: node.signer, vrf: vrf.signer },
    round: () => chain.vrfRound && change(chain.vrfRound),
    world,
    onFatal: (error) => failures.push((error as { readonly reason?: string }).reason),
  })
  for (let i = 0; i < 30; i++) {
    if (chain.height === startsAt) prover.start()
    await chain.pass()
    prover.applied(chain.height)
    await chain.settle()
  }
  prover.stop()
  const rounds = memory.records.filter(({ sentence }) => sentence === 'executed beacon round')
  return { failures, rounds, said: memory.records.map(({ sentence }) => sentence) }
}

describe('a byzantine beacon', () => {
  it('proves in every round when it is honest', async () => {
    const { failures, rounds, said } = await play('vrf_beacon_honest')
    assert.deepEqual(failures, [])
    assert.ok(rounds.length >= 2)
    assert.deepEqual(
      rounds.map(({ fields }) => fields['iteration']),
      rounds.map((_, i) => i),
    )
    assert.equal(rounds[0]?.fields['log_event'], 'byzantine/vrf_beacon/round_completed')
    assert.ok(said.includes('submitted proof'))
  })

  it('is refused in every round when it is early', async () => {
    const { failures, rounds, said } = await play('vrf_beacon_early')
    assert.deepEqual(failures, [])
    assert.ok(rounds.length >= 2)
    assert.ok(said.includes('failed to submit proof'))
    assert.ok(!said.includes('submitted proof'))
  })

  it('is missed in every round when it never proves', async () => {
    const { failures, rounds, said } = await play('vrf_beacon_missing')
    assert.deepEqual(failures, [])
    assert.ok(rounds.length >= 2)
    assert.ok(!said.includes('submitted proof'))
  })

  it('ends where the chain does not treat it so', async () => {
    const someProof = network.validators[0]!.node.publicKey
    const unproved = await play('vrf_beacon_honest', {
      change: (round) => ({ ...round, pi: new Map() as VrfState['pi'] }),
    })
    assert.deepEqual(unproved.failures, ['byzantine.proofMissing'])
    const proved = await play('vrf_beacon_missing', {
      change: (round) => {
        const pi = new Map([[someProof, { publicKey: someProof, proof: new Uint8Array(80) }]])
        return { ...round, pi: pi as unknown as VrfState['pi'] }
      },
    })
    assert.deepEqual(proved.failures, ['byzantine.proofPresent'])
    // To whom the delay seems to be over although it is not.
    const hasty = await play('vrf_beacon_honest', {
      change: (round) => ({ ...round, submitAfter: 0n }),
    })
    assert.deepEqual(hasty.failures, ['byzantine.refused'])
    // To whom it seems to go on although it is over.
    const slow = await play('vrf_beacon_early', {
      startsAt: 6n,
      change: (round) => ({ ...round, submitAfter: 1_000n }),
    })
    assert.deepEqual(slow.failures, ['byzantine.takenEarly'])
  })

  it('has three modes', () => {
    assert.equal(parseBeaconMode('VRF_beacon_Early'), 'vrf_beacon_early')
    assert.throws(() => parseBeaconMode('vrf_beacon_late'), { reason: 'command.badValue' })
  })
})
