import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { zero } from '@wadi/cbor/codec'
import type { NextBlockState } from '@wadi/consensus/consensus/status'
import { PublicKey } from '@wadi/primitives/publicKey'
import { Transaction } from '@wadi/primitives/transaction'
import { encode } from '@wadi/protobuf/codec'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { emptyVoteSet } from '@wadi/tendermint/round/voteSet'
import { testTime } from '@wadi/tendermint/testing/signedChain'
import { Evidence } from '@wadi/tendermint/types/evidence'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { LiveChain } from '../chainSource.ts'
import { createNodeApi } from '../nodeApi.ts'
import { TestChain } from '../testing/testChain.ts'
import { testFacts, testLive } from '../testing/testFacts.ts'

function asking(live: Partial<LiveChain> | undefined) {
  const chain = new TestChain()
  chain.add()
  chain.live = live && testLive(live)
  const { methods } = createNodeApi({ source: chain, facts: testFacts() })
  return { chain, ask: (name: string, request?: unknown) => methods[name]!.answer(request, {}) }
}

const signer = zero(PublicKey)
const transaction = zero(Transaction)

describe('what only a node has that goes on', () => {
  it('is not supported in an archive', () => {
    const { ask } = asking(undefined)
    const unsupported = { module: 'consensus', code: 4 }
    for (const name of ['GetNextBlockState', 'GetUnconfirmedTransactions', 'EstimateGas'])
      assert.throws(() => ask(`Consensus/${name}`, { signer, transaction }), unsupported, name)
    assert.throws(() => ask('Consensus/SubmitEvidence', { meta: undefined }), unsupported)
  })

  it('is its mempool, and what a transaction would cost', () => {
    const { ask } = asking({
      unconfirmed: () => [Uint8Array.of(7)],
      estimateGas: (who, what) => (who === signer && what === transaction ? 42n : 0n),
    })
    assert.deepEqual(ask('Consensus/GetUnconfirmedTransactions'), [Uint8Array.of(7)])
    assert.equal(ask('Consensus/EstimateGas', { signer, transaction }), 42n)
    const nothing = () => ask('Consensus/EstimateGas', { signer, transaction: undefined })
    assert.throws(nothing, { module: 'consensus', code: 6 })
  })

  it('is who has voted on the next block', () => {
    const { ask, chain } = asking({})
    const { validators } = chain.signed.state
    const place = { height: 2n, round: 0, validators }
    const [prevote, precommit] = [
      emptyVoteSet({ ...place, type: 'prevote' }),
      emptyVoteSet({ ...place, type: 'precommit' }),
    ]
    const given = { ...prevote, votes: [{}, undefined, {}] }
    const votes = { rounds: [{ round: 0, prevote: given, precommit }], trackedRound: 0, height: 2n }
    const rounds = { height: 2n, round: 0, validators, votes } as unknown as RoundState
    chain.live = testLive({ rounds })
    const state = ask('Consensus/GetNextBlockState') as NextBlockState
    assert.equal(state.height, 2n)
    assert.equal(state.votingPower, 60n)
    assert.equal(state.numValidators, 3n)
    assert.equal(state.prevotes.votingPower, 40n)
    assert.equal(state.prevotes.ratio, 40 / 60)
    assert.equal(state.prevotes.votes.length, 2)
    assert.deepEqual(state.precommits, { votingPower: 0n, ratio: 0, votes: [] })
  })

  it('has no next block while it catches up', () => {
    assert.throws(() => asking({}).ask('Consensus/GetNextBlockState'), {
      message: 'cometbft: not yet started',
    })
  })
})

/** Two votes that could be: nobody looks at their signatures here. */
function doubleVote(): Evidence {
  const vote = (byte: number): Vote => ({
    type: 'precommit',
    height: 3n,
    round: 0,
    blockId: {
      hash: new Uint8Array(32).fill(byte),
      partSetHeader: { total: 1, hash: new Uint8Array(32).fill(byte) },
    },
    timestamp: testTime(1),
    validatorAddress: new Uint8Array(20),
    validatorIndex: 0,
    signature: new Uint8Array(64).fill(1),
  })
  return {
    kind: 'duplicate-vote',
    body: {
      voteA: vote(1),
      voteB: vote(2),
      totalVotingPower: 3n,
      validatorPower: 1n,
      timestamp: testTime(1),
    },
  }
}

describe('evidence that is handed in', () => {
  const submit = (ask: ReturnType<typeof asking>['ask'], meta: Uint8Array) =>
    ask('Consensus/SubmitEvidence', { meta })

  it('is given to the pool', () => {
    const added: Evidence[] = []
    const { ask } = asking({ addEvidence: (evidence) => added.push(evidence) })
    submit(ask, encode(Evidence, doubleVote()))
    assert.deepEqual(added, [doubleVote()])
  })

  it('is refused if it cannot be read, or is of nothing', () => {
    const { ask } = asking({ addEvidence: () => assert.fail('it must not be added') })
    assert.throws(() => submit(ask, Uint8Array.of(0xff)), {
      message: /^cometbft: malformed evidence while unmarshalling: /,
    })
    const { kind, body } = doubleVote() as Extract<Evidence, { kind: 'duplicate-vote' }>
    const same = encode(Evidence, { kind, body: { ...body, voteB: body.voteA } })
    assert.throws(() => submit(ask, same), {
      message: /^cometbft: broadcast evidence failed: evidence\.ValidateBasic failed: /,
    })
  })

  it('is refused in the words of the pool', () => {
    const addEvidence = () => {
      throw new CodedError('unknown', 1, 'evidence.expired', 'too old')
    }
    assert.throws(() => submit(asking({ addEvidence }).ask, encode(Evidence, doubleVote())), {
      message: 'cometbft: broadcast evidence failed: failed to add evidence: too old',
    })
  })
})
