/** Shapes of `@wadi/tendermint/types/*`, as far as the faces of the stores name them. */

import type { Moment } from '@wadi/primitives/moment'

export interface BlockId {
  readonly hash: Uint8Array
  readonly partSetHeader: { readonly total: number; readonly hash: Uint8Array }
}

export interface Header {
  readonly chainId: string
  readonly height: bigint
  readonly time: Moment
}

export interface Commit {
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId
}

export interface Vote {
  readonly type: 'prevote' | 'precommit'
  readonly height: bigint
  readonly round: number
  readonly blockId: BlockId | undefined
  readonly timestamp: Moment
  readonly validatorAddress: Uint8Array
  readonly validatorIndex: number
  readonly signature: Uint8Array
}

export interface Proposal {
  readonly height: bigint
  readonly round: number
  readonly polRound: number
  readonly blockId: BlockId
  readonly timestamp: Moment
  readonly signature: Uint8Array
}

export interface Part {
  readonly index: number
  readonly bytes: Uint8Array
}

export interface PartSet {
  readonly total: number
}

export interface Block {
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
  readonly lastCommit: Commit | undefined
}

export interface Evidence {
  readonly kind: 'duplicate-vote' | 'light-client-attack'
}

export interface ValidatorSet {
  readonly totalVotingPower: bigint
}

export interface ConsensusParams {
  readonly block: { readonly maxBytes: bigint; readonly maxGas: bigint }
}

export interface ChainState {
  readonly lastBlockHeight: bigint
  readonly lastBlockTime: Moment
}
