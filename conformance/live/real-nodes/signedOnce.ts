/** Remembers what validators signed, and tells of whoever signed twice. */

import { toHex } from '@wadi/base/bytes'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'

/** See the top of this file. */
export class SignedOnce {
  /** What was signed, by signer, height, round and type. */
  readonly #signed = new Map<string, string>()
  readonly #twice: string[] = []

  /** How many different signatures were seen. */
  get count(): number {
    return this.#signed.size
  }

  /** Where two different things were signed. */
  get twice(): readonly string[] {
    return this.#twice
  }

  noteVote({ height, round, type, blockId, validatorAddress }: Vote): void {
    this.#note(`${toHex(validatorAddress)} ${height}/${round} ${type}`, blockId)
  }

  /** Only one validator proposes in a round. */
  noteProposal({ height, round, blockId, polRound }: Proposal): void {
    this.#note(`${height}/${round} proposal`, blockId, ` of ${polRound}`)
  }

  #note(place: string, blockId: BlockId | undefined, more = ''): void {
    const what = blockId === undefined ? 'nil' : printId(blockId) + more
    const before = this.#signed.get(place)
    if (before === undefined) this.#signed.set(place, what)
    else if (before !== what) this.#twice.push(`${place}: ${before} and ${what}`)
  }
}

function printId({ hash, partSetHeader }: BlockId): string {
  return `${toHex(hash)}:${partSetHeader.total}:${toHex(partSetHeader.hash)}`
}
