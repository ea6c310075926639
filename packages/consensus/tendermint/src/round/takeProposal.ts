import { BLOCK_SIZE_MAX, PART_SIZE } from '../limits.ts'
import { emptyParts } from './blockParts.ts'
import type { ProposalInput } from './input.ts'
import { type Ignored, type Run, trace } from './run.ts'

/** The proposer's word which block its round is about. Only its parts bring the round forward. */
export function takeProposal(run: Run, { proposal }: ProposalInput): Ignored {
  const { state } = run
  if (state.proposal !== undefined) return 'known'
  if (proposal.height !== state.height || proposal.round !== state.round) {
    return 'other-round'
  }
  const { polRound, round, blockId } = proposal
  if (polRound < -1 || polRound >= round) return 'bad-pol-round'
  const { partSetHeader } = blockId
  if (partSetHeader.total > partCountMax(state.chain.blockBytesMax)) {
    return 'too-many-parts'
  }
  state.proposal = proposal
  // Parts of a block that two thirds voted for stay, whatever is proposed.
  state.proposalParts ??= emptyParts(partSetHeader)
  trace(run, { what: 'proposal', why: 'received' })
  return undefined
}

/** As many parts as a block of so many bytes has. */
function partCountMax(blockBytesMax: bigint): bigint {
  return (blockBytesBound(blockBytesMax) - 1n) / BigInt(PART_SIZE) + 1n
}

/** How long a block may be; -1 means what no block may exceed. */
export function blockBytesBound(blockBytesMax: bigint): bigint {
  return blockBytesMax === -1n ? BigInt(BLOCK_SIZE_MAX) : blockBytesMax
}
