import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { BlockId } from '../types/blockId.ts'
import { GO_ROUNDS } from './goRoundsVectors.ts'
import type { Input, Verdict } from './input.ts'
import type { BlockInRound } from './roundState.ts'
import { RoundStep } from './roundStep.ts'
import { testBlock, testProposal, testVote } from './testing/testChain.ts'
import { TestRounds } from './testing/testRounds.ts'

const NAMES = ['A', 'B', 'R', 'X', 'O']
const BLOCKS = NAMES.map((name) => testBlock(1n, name))
const VERDICTS: readonly Verdict[] = ['valid', 'valid', 'rejected', 'invalid', 'valid']
const block = (name: string) => BLOCKS[NAMES.indexOf(name)]
const hex = (bytes: Uint8Array) => bytes.join()

function indexOf(blockId: BlockId): number {
  return BLOCKS.findIndex((each) => hex(each.blockId.hash) === hex(blockId.hash))
}

function nameOf(blockId: BlockId | undefined): string {
  return blockId === undefined ? 'nil' : NAMES[indexOf(blockId)]!
}

function begin(own: number): TestRounds {
  const check = (blockId: BlockId) => VERDICTS[indexOf(blockId)]
  const answers = { make: () => block('O'), check, next: () => undefined }
  return new TestRounds({ own, answers })
}

function give({ node, validators }: TestRounds, line: string): void {
  const [what, ...rest] = line.split(' ')
  const [first = '', second = '', third = '', fourth = '', sender = 'p0'] = rest
  const round = Number(first)
  const type = second === '1' ? 'prevote' : 'precommit'
  const blockId = block(third)?.blockId
  if (what === 'timer') node.elapse()
  else if (what === 'proposal') {
    const proposed = { height: 1n, round, polRound: Number(second), blockId: blockId! }
    node.give({ kind: 'proposal', proposal: testProposal(proposed), sender })
  } else if (what === 'part') {
    const part = block(first)!.parts[0]!
    node.give({ kind: 'block-part', height: 1n, round: node.state.round, part, sender })
  } else if (what === 'claim') {
    node.give({ kind: 'majority-claim', height: 1n, round, type, blockId, peer: fourth })
  } else {
    const vote = testVote(validators, Number(fourth), { type, height: 1n, round, blockId })
    node.give({ kind: 'vote', vote, sender })
  }
}

function printSigned(input: Input): string {
  if (input.kind === 'vote') {
    return `${input.vote.type}:${input.vote.round}:${nameOf(input.vote.blockId)}`
  }
  if (input.kind !== 'proposal') return ''
  const { round, polRound, blockId } = input.proposal
  return `proposal:${round}:${polRound}:${nameOf(blockId)}`
}

function print({ node }: TestRounds, signed: readonly Input[]): string {
  const { state, timeout, isTimerSet, decided } = node
  const [decision] = decided
  if (decision !== undefined) return `decided ${nameOf(decision.blockId)} ${decision.commit.round}`
  const { proposal, proposalBlock, proposalParts } = state
  const held = (in_: BlockInRound | undefined) =>
    in_ === undefined ? '-' : `${in_.round}:${nameOf(in_.candidate.blockId)}`
  const collected = BLOCKS.findIndex(
    ({ blockId }) =>
      proposalParts !== undefined &&
      hex(blockId.partSetHeader.hash) === hex(proposalParts.header.hash),
  )
  return [
    `${state.round}/${state.step}`,
    `L${held(state.locked)}`,
    `V${held(state.valid)}`,
    `P${proposal === undefined ? '-' : `${proposal.polRound}:${nameOf(proposal.blockId)}`}`,
    `B${proposalBlock === undefined ? '-' : nameOf(proposalBlock.blockId)}`,
    `H${NAMES[collected] ?? '-'}`,
    state.isPrecommitTimeoutSet,
    state.commitRound ?? -1,
    `T${timeout?.round}/${timeout?.step ?? RoundStep.newHeight}/${isTimerSet}`,
    `[${signed.map(printSigned).filter(Boolean).join(' ')}]`,
  ].join(' ')
}

it('The machine goes from state to state as CometBFT does', () => {
  let rounds: TestRounds | undefined
  for (const line of GO_ROUNDS) {
    if (line.startsWith('case')) {
      rounds = begin(Number(line.split(' ')[1]))
      continue
    }
    assert.ok(rounds !== undefined)
    const [input = '', expected] = line.split(' | ')
    const before = rounds.node.sent.length
    give(rounds, input)
    assert.equal(print(rounds, rounds.node.sent.slice(before)), expected, line)
  }
})
