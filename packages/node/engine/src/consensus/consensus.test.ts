import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { decode } from '@wadi/protobuf/codec'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import type { Effect } from '@wadi/tendermint/round/effect'
import type { Input } from '@wadi/tendermint/round/input'
import { DEFAULT_ROUND_CONFIG } from '@wadi/tendermint/round/timeouts'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import { testKey } from '@wadi/tendermint/testing/signedChain'
import type { Block } from '@wadi/tendermint/types/block'
import type { Vote } from '@wadi/tendermint/types/vote'
import type { Executor } from '../execution/executor.ts'
import { commitOf, Ground, noEvidence, testGenesis } from '../execution/testing/executedChain.ts'
import type { PrivateValidator, SignDone } from '../signing/privateValidator.ts'
import { standInDialect, standInSignature } from '../testing/engineNetwork.ts'
import type { WalRecord, WriteAheadLog } from '../wal/walRecord.ts'
import { Consensus } from './consensus.ts'

const OWN = testKey(0)

function unsigned(type: Vote['type'], round: number): Omit<Vote, 'signature'> {
  return {
    type,
    height: 1n,
    round,
    blockId: undefined,
    timestamp: { seconds: 1n, nanoseconds: 0 },
    validatorAddress: OWN.address,
    validatorIndex: 0,
  }
}

const named = (vote: Pick<Vote, 'type' | 'round'>) => `${vote.type} ${vote.round}`

/** What happened, in order, to a node whose machine does as a test says. */
class Story {
  readonly told: string[] = []
  readonly time = new VirtualTime()
  readonly ground = new Ground(testGenesis())
  /** What the machine wants after an input; nothing unless told otherwise. */
  effectsOf: (input: Input) => readonly Effect[] = () => []
  sign: (vote: Vote, done: SignDone<Vote>) => void = (vote, done) => {
    const message = canonicalVoteBytes('test-chain', vote)
    const signature = standInSignature(OWN.publicKey, message)
    done({ kind: 'signed', signed: { ...vote, signature } })
  }
  readonly consensus: Consensus

  constructor({ executor, records }: { executor?: Executor; records?: WalRecord[] } = {}) {
    const { time, ground } = this
    const chain = ground.handshake()
    this.consensus = new Consensus(
      {
        config: DEFAULT_ROUND_CONFIG,
        dialect: standInDialect,
        clock: time.clock,
        timers: time,
        executor: executor ?? ground.executor,
        blockStore: ground.blockStore,
        wal: this.#wal(records),
        evidence: noEvidence(),
        hasTransactions: () => false,
        privateValidator: this.#validator(),
        listener: {
          onEffect: ({ kind }) => this.told.push(`effect ${kind}`),
          onSettled: () => this.told.push('settled'),
        },
        step: (state, input) => {
          this.told.push(`step ${nameOf(input)}`)
          return { state, effects: this.effectsOf(input) }
        },
      },
      chain,
    )
  }

  /** Begins, and forgets what was told of it. */
  start(): this {
    this.consensus.start({ address: OWN.address, lastSignedHeight: 0n })
    this.told.length = 0
    return this
  }

  peerVote(round: number): Input {
    return {
      kind: 'vote',
      vote: { ...unsigned('prevote', round), signature: new Uint8Array(64) } as never,
      sender: 'peer',
    }
  }

  #validator(): PrivateValidator {
    return {
      publicKey: OWN.publicKey,
      lastSignedHeight: 0n,
      signVote: (_, vote, done) => {
        this.told.push(`sign ${named(vote)}`)
        this.sign(vote, done)
      },
      signProposal: (chainId, proposal, done) => {
        const message = canonicalProposalBytes(chainId, proposal)
        const signature = standInSignature(OWN.publicKey, message)
        done({ kind: 'signed', signed: { ...proposal, signature } })
      },
    }
  }

  #wal(records: WalRecord[] | undefined): WriteAheadLog {
    return {
      append: (record) => this.told.push(`log ${recordName(record)}`),
      sync: () => this.told.push('sync'),
      endHeight: (height) => this.told.push(`end ${height}`),
      replayFrom: () => records && { records, isWhole: true },
      close: () => undefined,
    }
  }
}

function nameOf(input: Input): string {
  if (input.kind !== 'vote') return input.kind === 'failed' ? `failed: ${input.why}` : input.kind
  return `${input.sender ?? 'own'} ${named(input.vote)}`
}

function recordName(record: WalRecord): string {
  if (record.kind !== 'peer-message' && record.kind !== 'own-message') return record.kind
  const said = decode(ConsensusMessage, record.message)
  const sender = record.kind === 'own-message' ? 'own' : record.peer
  return said.kind === 'vote' ? `${sender} ${named(said.body.vote)}` : `${sender} ${said.kind}`
}

const signBoth: readonly Effect[] = [
  { kind: 'sign-vote', vote: unsigned('prevote', 0) },
  { kind: 'sign-vote', vote: unsigned('precommit', 0) },
]

describe('The driver of the rounds', () => {
  it('logs an input before it steps', () => {
    const story = new Story().start()
    story.consensus.receive(story.peerVote(1), story.peerVote(2))
    const expected = ['peer prevote 1', 'peer prevote 2'].flatMap((it) => [
      `log ${it}`,
      `step ${it}`,
    ])
    assert.deepEqual(story.told, [...expected, 'settled'])
  })

  it('signs in the order of the effects, and takes what we do before what peers sent', () => {
    const story = new Story().start()
    story.effectsOf = (input) => (nameOf(input) === 'peer prevote 1' ? signBoth : [])
    story.consensus.receive(story.peerVote(1), story.peerVote(2))
    assert.deepEqual(story.told, [
      'log peer prevote 1',
      'step peer prevote 1',
      'sync',
      'sign prevote 0',
      'sign precommit 0',
      'log own prevote 0',
      'step own prevote 0',
      'log own precommit 0',
      'step own precommit 0',
      'log peer prevote 2',
      'step peer prevote 2',
      'settled',
    ])
  })

  it('syncs what a signature rests on before it signs, and nothing else', () => {
    const story = new Story().start()
    story.effectsOf = (input) => {
      if (nameOf(input) === 'peer prevote 2') return signBoth.slice(0, 1)
      return nameOf(input) === 'own prevote 0' ? signBoth.slice(1) : []
    }
    for (const round of [1, 2, 3]) story.consensus.receive(story.peerVote(round))
    const order = story.told.filter((it) => it === 'sync' || /^(log|sign) /.test(it))
    assert.deepEqual(order, [
      'log peer prevote 1',
      'log peer prevote 2',
      'sync',
      'sign prevote 0',
      'log own prevote 0',
      'sync',
      'sign precommit 0',
      'log own precommit 0',
      'log peer prevote 3',
    ])
  })

  it('syncs a proposal with all its parts once, before it can leave', () => {
    const story = new Story().start()
    const { parts, blockId } = story.ground.propose(story.consensus.chain, undefined)
    const timestamp = { seconds: 1n, nanoseconds: 0 }
    const proposal = { height: 1n, round: 0, polRound: -1, blockId, timestamp }
    const twice = [...parts, ...parts]
    story.effectsOf = ({ kind }) =>
      kind === 'transactions-available' ? [{ kind: 'sign-proposal', proposal, parts: twice }] : []
    story.consensus.receive({ kind: 'transactions-available', height: 1n })
    assert.deepEqual(
      story.told.filter((it) => !it.startsWith('step')),
      ['log own proposal', 'log own block-part', 'log own block-part', 'sync', 'settled'],
    )
  })

  it('goes on when nothing is signed, or wrongly', () => {
    const answers: [string, (vote: Vote, done: SignDone<Vote>) => void][] = [
      ['locked up', (_, done) => done({ kind: 'refused', why: 'locked up' })],
      [
        'the signature is wrong',
        (vote, done) =>
          done({ kind: 'signed', signed: { ...vote, signature: new Uint8Array(64) } }),
      ],
    ]
    for (const [why, sign] of answers) {
      const story = new Story().start()
      story.sign = sign
      story.effectsOf = ({ kind }) => (kind === 'transactions-available' ? signBoth.slice(1) : [])
      story.consensus.receive({ kind: 'transactions-available', height: 1n })
      assert.deepEqual(story.told, [
        'step transactions-available',
        'sign precommit 0',
        `step failed: ${why}`,
        'settled',
      ])
    }
  })

  it('takes a signature that comes later, unless it was stopped', () => {
    for (const isStopped of [false, true]) {
      const story = new Story().start()
      const answers: (() => void)[] = []
      const { sign } = story
      story.sign = (vote, done) => answers.push(() => sign(vote, done))
      story.effectsOf = ({ kind }) =>
        kind === 'transactions-available' ? signBoth.slice(0, 1) : []
      story.consensus.receive({ kind: 'transactions-available', height: 1n })
      story.told.length = 0
      if (isStopped) story.consensus.stop()
      for (const answer of answers) answer()
      const expected = ['log own prevote 0', 'step own prevote 0', 'settled']
      assert.deepEqual(story.told, isStopped ? [] : expected)
    }
  })

  it('has one timer, which only a later step sets anew', () => {
    const story = new Story().start()
    const scheduled: [number, number, number][] = [
      [100, 2, 4],
      [10, 2, 3],
      [10, 1, 6],
      [10, 2, 4],
      [70, 2, 6],
    ]
    let next = 0
    story.effectsOf = ({ kind }) => {
      if (kind !== 'transactions-available') return []
      const [durationMs, round, step] = scheduled[next++]!
      return [{ kind: 'schedule', timeout: { durationMs, height: 1n, round, step: step as never } }]
    }
    for (const _ of scheduled)
      story.consensus.receive({ kind: 'transactions-available', height: 1n })
    story.told.length = 0
    story.time.advance(69)
    assert.deepEqual(story.told, [])
    story.time.advance(1_000)
    assert.deepEqual(story.told, ['log timeout', 'step timeout', 'settled'])
  })

  it('does nothing any more once it was stopped', () => {
    const story = new Story().start()
    story.effectsOf = ({ kind }) => {
      story.consensus.stop()
      return kind === 'vote' ? signBoth : []
    }
    story.consensus.receive(story.peerVote(1), story.peerVote(2))
    story.consensus.receive(story.peerVote(3))
    story.time.advance(100_000)
    assert.deepEqual(story.told, ['log peer prevote 1', 'step peer prevote 1'])
  })

  it('takes what was logged again, without logging it again', () => {
    const records: WalRecord[] = [
      { kind: 'timeout', height: 1n, round: 0, step: 1, durationMs: 5 },
      { kind: 'round-state', height: 1n, round: 0, step: 1 },
      { kind: 'end-height', height: 0n },
    ]
    const story = new Story({ records })
    story.consensus.start({ address: OWN.address, lastSignedHeight: 0n })
    assert.deepEqual(
      story.told.filter((it) => it.startsWith('log') || it.startsWith('step')),
      ['step timeout'],
    )
  })
})

describe('A decided block', () => {
  function decided(verdict: 'valid' | undefined) {
    const story: Story = new Story()
    const { ground } = story
    const chain = ground.stateStore.load()!
    const { block, blockId, parts } = ground.propose(chain, undefined)
    const commit = commitOf(blockId, 1n)
    const effect = { kind: 'decide', block, blockId, parts, commit, verdict } as const
    story.effectsOf = ({ kind }) => (kind === 'transactions-available' ? [effect] : [])
    return { story, ground, block }
  }

  it('is stored, its height ended in the log, and only then applied', () => {
    const { story, ground } = decided('valid')
    const before: string[] = []
    const { application } = ground
    const { beginBlock } = application
    application.beginBlock = function (this: typeof application, request) {
      before.push(`stored to ${ground.blockStore.height}`, ...story.told.slice(-1))
      return beginBlock.call(this, request)
    }
    story.start().consensus.receive({ kind: 'transactions-available', height: 1n })
    assert.deepEqual(before, ['stored to 1', 'end 1'])
    assert.deepEqual(story.told, [
      'step transactions-available',
      'end 1',
      'step new-height',
      'settled',
    ])
    assert.equal(ground.application.info().height, 1n)
    assert.deepEqual(ground.blockStore.loadSeenCommit(1n)?.height, 1n)
  })

  it('stops the node if nobody looked at it and the rules forbid it', () => {
    const { story, ground, block } = decided(undefined)
    const wrong: Block = {
      ...block,
      header: { ...block.header, appHash: new Uint8Array(32).fill(1) },
    }
    const { effectsOf } = story
    story.effectsOf = (input) =>
      effectsOf(input).map((effect) =>
        effect.kind === 'decide' ? { ...effect, block: wrong } : effect,
      )
    story.start()
    assert.throws(() => story.consensus.receive({ kind: 'transactions-available', height: 1n }), {
      reason: 'engine.badDecision',
    })
    assert.equal(ground.blockStore.height, 0n)
    assert.ok(!story.told.includes('end 1'))
    const chain: ChainState = story.consensus.chain
    assert.equal(chain.lastBlockHeight, 0n)
  })
})
