/** One machine among validators that a test plays. */

import type { BlockId } from '../../types/blockId.ts'
import type { ValidatorSet } from '../../types/validatorSet.ts'
import type { Vote } from '../../types/vote.ts'
import { DEFAULT_ROUND_CONFIG, type RoundConfig } from '../timeouts.ts'
import {
  at,
  type TestBlock,
  testBlock,
  testCommit,
  testFacts,
  testProposal,
  testValidators,
  testVote,
} from './testChain.ts'
import { type TestAnswers, TestNode } from './testNode.ts'

/** What is told of a table of validators. */
export interface TestRoundsOptions {
  readonly powers?: readonly bigint[]
  /** Our index; undefined: we follow. With equal powers validator r proposes in round r. */
  readonly own?: number | undefined
  readonly height?: bigint
  readonly config?: Partial<RoundConfig>
  readonly answers?: TestAnswers
  readonly signsFromHeight?: bigint
}

/** A test's machine, what it proposes, and the voices of the others. */
export class TestRounds {
  readonly validators: ValidatorSet
  readonly node: TestNode
  readonly height: bigint
  /** What we propose if we have to make a block. */
  readonly ours: TestBlock

  constructor(options: TestRoundsOptions = {}) {
    const {
      powers = [1n, 1n, 1n, 1n],
      height = 1n,
      config,
      answers,
      signsFromHeight = 0n,
    } = options
    const own = 'own' in options ? options.own : 0
    this.validators = testValidators(powers)
    this.height = height
    this.ours = testBlock(height, 'ours')
    const last = testBlock(height - 1n, 'last')
    this.node = new TestNode(
      {
        config: { ...DEFAULT_ROUND_CONFIG, ...config },
        ownAddress: own === undefined ? undefined : this.validators.validators[own]!.address,
        signsFromHeight,
        chain: testFacts(this.validators, height),
        lastCommit:
          height === 1n ? undefined : testCommit(this.validators, height - 1n, last.blockId),
      },
      at(0),
      {
        make: () => this.ours,
        next: (decided) => testFacts(this.validators, decided.block.header.height + 1n),
        ...answers,
      },
    )
  }

  /** The wait for late precommits is over: round 0 begins. */
  begin(): this {
    this.node.elapse()
    return this
  }

  /** Others vote, one after the other. */
  vote(
    type: Vote['type'],
    blockId: BlockId | undefined,
    {
      by,
      round = this.node.state.round,
    }: { readonly by: readonly number[]; readonly round?: number },
  ): this {
    for (const index of by) {
      const content = { type, height: this.height, round, blockId }
      const vote = testVote(this.validators, index, content)
      this.node.give({ kind: 'vote', vote, sender: `peer ${index}` })
    }
    return this
  }

  /** A proposal comes, without its block. */
  propose({ blockId }: TestBlock, { round = this.node.state.round, polRound = -1 } = {}): this {
    const proposal = testProposal({ height: this.height, round, blockId, polRound })
    this.node.give({ kind: 'proposal', proposal, sender: 'peer' })
    return this
  }

  /** The parts of a block come. */
  parts({ parts }: TestBlock, { round = this.node.state.round } = {}): this {
    const place = { height: this.height, round, sender: 'peer' }
    for (const part of parts) this.node.give({ kind: 'block-part', part, ...place })
    return this
  }

  /** A proposal and its block come. */
  offer(
    block: TestBlock,
    options: { readonly round?: number; readonly polRound?: number } = {},
  ): this {
    return this.propose(block, options).parts(block, options)
  }

  /** The timer elapses. */
  elapse(): this {
    this.node.elapse()
    return this
  }

  /** Our last vote of a type: its round, and which block it is for. */
  lastVote(type: Vote['type']): { readonly round: number; readonly blockId: BlockId | undefined } {
    const vote = this.node.votes(type).at(-1)
    if (vote === undefined) return { round: -1, blockId: undefined }
    return { round: vote.round, blockId: vote.blockId }
  }
}
