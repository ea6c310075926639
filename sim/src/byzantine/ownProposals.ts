/**
 * Keeps a validator's own proposals from some of its peers, and hands them over once they are
 * whole.
 */

import { EMPTY_BYTES, equalBytes } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/protobuf/codec'
import { blockIdOf, blockOfParts, type PartSet, partSetOf } from '@wadi/tendermint/blocks/parts'
import { ConsensusMessage } from '@wadi/tendermint/messages/consensus'
import type { Block } from '@wadi/tendermint/types/block'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Part } from '@wadi/tendermint/types/part'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Means, Sent } from './behaviour.ts'
import { DATA } from './channels.ts'
import { signedProposal } from './signing.ts'

/** A proposal of our own that is on its way out. */
interface Collected {
  readonly proposal: Proposal
  readonly parts: (Part | undefined)[]
  /** Who has been given something else already. */
  readonly served: Set<number>
  other: readonly Uint8Array[] | undefined
}

/** A block in parts, whatever these are. */
export interface CutBlock {
  readonly block: Block
  readonly parts: PartSet
}

/** A block in the parts that it is usually cut into. */
export function cutUsually(block: Block): CutBlock {
  return { block, parts: partSetOf(block) }
}

/** What replaces a proposal of ours for a peer; undefined: nothing does. */
export type Replace = (block: Block, proposal: Proposal) => CutBlock | undefined

/** What is done with proposals of ours. */
export interface ProposalTrick {
  readonly replace: Replace
  /** Who is given the other one? */
  readonly isFor: (peer: number, proposal: Proposal) => boolean
  /** There are two. */
  readonly onReplaced?: (proposal: Proposal, other: BlockId) => void
}

/** Follows what leaves. */
export class OwnProposals {
  readonly #means: Means
  readonly #trick: ProposalTrick
  #current: Collected | undefined

  constructor(means: Means, trick: ProposalTrick) {
    this.#means = means
    this.#trick = trick
  }

  /** What leaves in place of a message; undefined: the message itself. */
  outgoing(sent: Sent): readonly Sent[] | undefined {
    if (sent.channel !== DATA) return undefined
    const said = decode(ConsensusMessage, sent.bytes)
    if (said.kind === 'proposal') this.#note(said.body.proposal)
    const current = this.#current
    if (current === undefined) return undefined
    const { height, round } = current.proposal
    const isOurs =
      (said.kind === 'proposal' && isSame(said.body.proposal, current.proposal)) ||
      (said.kind === 'block-part' && said.body.height === height && said.body.round === round)
    if (!isOurs) return undefined
    if (said.kind === 'block-part') {
      current.parts[said.body.part.index] = said.body.part
      current.other ??= this.#make(current)
    }
    if (!this.#trick.isFor(sent.to, current.proposal)) return undefined
    return this.#serve(current, sent)
  }

  #note(proposal: Proposal): void {
    if (this.#current !== undefined && isSame(proposal, this.#current.proposal)) return
    const unsigned = { ...proposal, signature: EMPTY_BYTES }
    // A proposal does not say whose it is; passing on another's is not ours.
    const own = signedProposal(this.#means, unsigned).signature
    if (!equalBytes(own, proposal.signature)) return
    const { total } = proposal.blockId.partSetHeader
    const parts = Array.from({ length: total }, (): Part | undefined => undefined)
    this.#current = { proposal, parts, served: new Set(), other: undefined }
  }

  #make({ proposal, parts }: Collected): readonly Uint8Array[] | undefined {
    const whole = parts.filter((part) => part !== undefined)
    if (whole.length < parts.length) return undefined
    const replaced = this.#trick.replace(blockOfParts(whole), proposal)
    if (replaced === undefined) return []
    const { height, round } = proposal
    const { block, parts: set } = replaced
    const blockId = blockIdOf(block, set)
    this.#trick.onReplaced?.(proposal, blockId)
    const other = signedProposal(this.#means, { ...proposal, blockId })
    return [
      encode(ConsensusMessage, { kind: 'proposal', body: { proposal: other } }),
      ...set.parts.map((part) =>
        encode(ConsensusMessage, { kind: 'block-part', body: { height, round, part } }),
      ),
    ]
  }

  #serve({ other, served }: Collected, sent: Sent): readonly Sent[] | undefined {
    // Until the block is whole nothing leaves; if there is nothing else to say, the truth does.
    if (other === undefined) return []
    if (other.length === 0) return undefined
    if (served.has(sent.to)) return []
    served.add(sent.to)
    return other.map((bytes) => ({ ...sent, bytes }))
  }
}

function isSame(a: Proposal, b: Proposal): boolean {
  return a.height === b.height && a.round === b.round
}
