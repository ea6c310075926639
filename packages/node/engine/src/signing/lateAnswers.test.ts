import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Timers } from '@wadi/base/timers'
import { EngineNetwork } from '../testing/engineNetwork.ts'
import type { PrivateValidator, SignAnswer, SignDone } from './privateValidator.ts'

/** What becomes of an answer on its way to the engine. */
type Way = <T>(answer: SignAnswer<T>, done: SignDone<T>, timers: Timers) => void

function slowed(signer: PrivateValidator, timers: Timers, way: Way): PrivateValidator {
  return {
    publicKey: signer.publicKey,
    get lastSignedHeight() {
      return signer.lastSignedHeight
    },
    signVote: (chainId, vote, done) =>
      signer.signVote(chainId, vote, (answer) => way(answer, done, timers)),
    signProposal: (chainId, proposal, done) =>
      signer.signProposal(chainId, proposal, (answer) => way(answer, done, timers)),
  }
}

function after(ms: number): Way {
  return (answer, done, timers) => void timers.after(ms, () => done(answer))
}

function withWrongSignature<T>(answer: SignAnswer<T>): SignAnswer<T> {
  if (answer.kind === 'refused') return answer
  return { kind: 'signed', signed: { ...answer.signed, signature: new Uint8Array(64) } }
}

/** A chain on which the first of four validators is signed for in a way of its own. */
function chainWith(way: Way): EngineNetwork {
  const network = new EngineNetwork({
    validatorOf: (index, signer, timers) => (index === 0 ? slowed(signer, timers, way) : signer),
  })
  network.start()
  network.runTo(8n)
  const votes = (
    network.nodes[1]!.engine!.blockStore.loadBlock(8n)?.lastCommit?.signatures ?? []
  ).map(({ flag }) => flag)
  assert.equal(votes.length, 4)
  assert.deepEqual(network.offences, [])
  for (const { failure } of network.nodes) assert.equal(failure, undefined)
  return network
}

function countOf(network: EngineNetwork, node: number): number {
  const { blockStore, status } = network.nodes[1]!.engine!
  const { address } = status.chain.validators.validators[node]!
  let count = 0
  for (let height = 1n; height <= blockStore.height; height++)
    for (const signature of blockStore.loadCommit(height)?.signatures ?? [])
      if (signature.flag === 'commit' && String(signature.validatorAddress) === String(address))
        count++
  return count
}

/** The place of the first node's key among the validators. */
function placeOfFirst(network: EngineNetwork): number {
  const { validators } = network.nodes[0]!.engine!.status.chain
  const { publicKey } = network.genesis.validators[0]!
  return validators.validators.findIndex((one) => String(one.publicKey) === String(publicKey))
}

describe('a signer whose answers come later', () => {
  it('in time: its votes count', () => {
    const network = chainWith(after(20))
    assert.ok(countOf(network, placeOfFirst(network)) >= 6)
    network.stop()
  })

  it('after the round moved on: they are of no use, and no harm', () => {
    for (const ms of [700, 3000]) {
      const network = chainWith(after(ms))
      network.stop()
    }
  })

  it('in another order', () => {
    let turn = 0
    const network = chainWith((answer, done, timers) =>
      after(turn++ % 2 === 0 ? 300 : 1)(answer, done, timers),
    )
    network.stop()
  })

  it('twice: the second is nothing new', () => {
    const network = chainWith((answer, done, timers) => {
      done(answer)
      after(0)(answer, done, timers)
      after(400)(answer, done, timers)
    })
    assert.ok(countOf(network, placeOfFirst(network)) >= 6)
    network.stop()
  })

  it('never: the others go on, and it follows', () => {
    const network = chainWith(() => undefined)
    assert.equal(countOf(network, placeOfFirst(network)), 0)
    network.stop()
  })

  it('with a wrong signature: nobody else hears of them', () => {
    for (const ms of [0, 500]) {
      const network = chainWith((answer, done, timers) =>
        after(ms)(withWrongSignature(answer), done, timers),
      )
      assert.equal(countOf(network, placeOfFirst(network)), 0)
      network.stop()
    }
  })

  it('when the engine has ended: nothing happens', () => {
    const kept: (() => void)[] = []
    const network = chainWith((answer, done) => void kept.push(() => done(answer)))
    const [first] = network.nodes
    first!.stop()
    for (const say of kept) say()
    network.runTo(10n, { nodes: network.nodes.slice(1) })
    network.stop()
  })

  it('for somebody who decides nothing without it: the chain waits, and goes on', () => {
    const waiting: (() => void)[] = []
    let isThere = true
    const network = new EngineNetwork({
      powers: [5n, 1n, 1n, 1n],
      validatorOf: (index, signer, timers) =>
        index === 0
          ? slowed(signer, timers, (answer, done) => {
              if (isThere) done(answer)
              else waiting.push(() => done(answer))
            })
          : signer,
    })
    network.start()
    network.runTo(3n)
    isThere = false
    network.advance(20_000)
    const { height } = network.nodes[1]!
    isThere = true
    for (const say of waiting) say()
    network.runTo(height + 3n)
    assert.deepEqual(network.offences, [])
    network.stop()
  })
})
