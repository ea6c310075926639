/** What there is to know of a node before one can say what is wrong with it. */

import type { Epoch } from '@wadi/primitives/epoch'
import type { Version } from '@wadi/primitives/version'
import type { TokenTerms } from '../transaction/amounts.ts'
import type { KeeperFacts, RuntimeFacts } from './runtimeFacts.ts'

/** The data folder, where it is on this machine. */
export interface FolderFacts {
  readonly path: string
  readonly freeBytes: bigint
  /** Secrets that others may use too, with their permissions. */
  readonly loose: readonly { readonly path: string; readonly mode: number }[]
}

/** This machine. */
export interface MachineFacts {
  /** Seconds since 1970. */
  readonly now: bigint
  readonly folder: FolderFacts | undefined
}

/** Where the node is on its chain. */
export interface SyncFacts {
  readonly isSynced: boolean
  readonly height: bigint
  /** Of the last block, in seconds since 1970. */
  readonly blockTime: bigint
  /** Undefined if the node does not say. */
  readonly peers: number | undefined
  /** Was there another block while the doctor waited for one? Undefined if it did not. */
  readonly nextBlock: 'came' | 'did not come' | undefined
}

/** An upgrade that the network has decided. */
export interface UpgradeFacts {
  readonly handler: string
  readonly epoch: Epoch
  /** The consensus protocol that it takes, and the node's own. */
  readonly needed: Version
  readonly spoken: Version
}

/** Who answers for the node. */
export type OwnerFacts =
  /** Nobody could be named. */
  | { readonly kind: 'unknown' }
  /** The configuration names none. */
  | { readonly kind: 'not configured' }
  | {
      readonly kind: 'known'
      readonly id: string
      readonly isRegistered: boolean
      readonly vouches: boolean
    }

/** How the registry has a node that wants to be in it. */
export interface RegistrationFacts {
  readonly nodeId: string
  readonly owner: OwnerFacts
  /** The last epoch of its descriptor; undefined if it has none that counts. */
  readonly expiration: Epoch | undefined
  /** Was it registered before? */
  readonly isKnown: boolean
  /** Why its last attempt failed; empty if it did not. */
  readonly lastError: string
  /** 0 if it is not frozen. */
  readonly frozenUntil: Epoch
  readonly eligibleAfter: Epoch
}

/** How the node stands before an election of validators. */
export interface ElectionFacts {
  /** Is it to be a validator at all? Its owner's stake matters in any case. */
  readonly isWanted: boolean
  readonly isElected: boolean
  /** What its owner has in escrow, and what all of its claims take together. */
  readonly stake: bigint
  readonly needed: bigint
  /** One more than the validators that are elected whose owners have at least as much stake. */
  readonly rank: number
  readonly maxValidators: bigint
  /** The least stake of an owner that is elected; undefined if there is none. */
  readonly leastElected: bigint | undefined
  /** Nodes of the same owner that are elected, and how many may be. */
  readonly siblings: bigint
  readonly maxPerEntity: bigint
  readonly usesProofs: boolean
}

/** What the state says. */
export interface ChainFacts {
  readonly epoch: Epoch
  readonly token: TokenTerms
  readonly upgrades: readonly UpgradeFacts[]
  /** Undefined if the node does not register. */
  readonly registration: RegistrationFacts | undefined
  readonly election: ElectionFacts | undefined
  /** What the node follows, runs or computes. */
  readonly runtimes: readonly RuntimeFacts[]
  /** Undefined if the node keeps no secrets of runtimes. */
  readonly keeper: KeeperFacts | undefined
}

/** See the top of this file. */
export interface Facts {
  readonly machine: MachineFacts
  readonly node:
    | { readonly kind: 'away'; readonly target: string; readonly why: string }
    /** It has no chain, and needs none. */
    | { readonly kind: 'seed' }
    | {
        readonly kind: 'here'
        readonly sync: SyncFacts | undefined
        /** Undefined before there is a state. */
        readonly chain: ChainFacts | undefined
      }
}
