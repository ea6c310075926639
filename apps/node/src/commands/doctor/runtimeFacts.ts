/** What there is to know of the runtimes of a node before one can say what is wrong with them. */

import type { Epoch } from '@wadi/primitives/epoch'
import type { Version } from '@wadi/primitives/version'

/** A version of a runtime that is to run later. */
export interface NextVersion {
  readonly version: Version
  readonly validFrom: Epoch
}

/** What the registry has of a runtime. */
export interface RegisteredRuntime {
  readonly isSuspended: boolean
  /** The version that runs in this epoch, if any does. */
  readonly due: Version | undefined
  readonly next: NextVersion | undefined
}

/** The programs of a runtime on a node that runs it. */
export interface ProgramFacts {
  readonly versions: readonly Version[]
  readonly runs: boolean
}

/** How far a runtime's rounds are here. */
export interface RoundFacts {
  /** The last one that the state has. */
  readonly last: bigint
  /** Are there earlier blocks that have still to be looked through? */
  readonly isIndexing: boolean
  /** Heights that are left for that, if it is known. */
  readonly heightsLeft: bigint | undefined
  /** The last one whose trees are here; undefined where the node keeps none. */
  readonly stored: bigint | undefined
  /** Nodes that run it, too, and are connected. */
  readonly peers: number
}

/** The key manager of a runtime. */
export interface KeyManagerFacts {
  readonly id: string
  readonly isInitialized: boolean
  /** Nodes that keep its secrets. */
  readonly nodes: number
  /** Has the node found whom to ask? */
  readonly isReached: boolean
}

/** How much a worker has done in this epoch, and how much it has to. */
export interface LivenessFacts {
  readonly rounds: bigint
  readonly live: bigint
  /** What the runtime demands; 0 if it demands nothing. */
  readonly livePercentMin: bigint
  /** So many rounds there have to be before it judges. */
  readonly roundsMin: bigint
  readonly finalized: bigint
  readonly missed: bigint
  /** 0 if it demands nothing. */
  readonly missedPercentMax: bigint
}

/** How a node that is registered for a runtime stands before an election into its committee. */
export interface CommitteeFacts {
  readonly isMember: boolean
  /** Undefined if none could be elected. */
  readonly seats: number | undefined
  /** Who may be elected, as far as the registry says, and how many there have to be. */
  readonly candidates: number
  readonly candidatesMin: number
  /** Only nodes of validators' owners are taken, and this one's is none. */
  readonly lacksValidator: boolean
  /** Other nodes of its owner that are members, and how many may be; undefined for any number. */
  readonly siblings: number
  readonly maxPerEntity: number | undefined
  /** Undefined if it is no worker, or nothing was counted. */
  readonly liveness: LivenessFacts | undefined
}

/** What a node is to a runtime that it wants to serve. */
export interface ServiceFacts {
  readonly role: 'compute' | 'observer'
  /** Why the runtime's policy does not admit the node; undefined if it does. */
  readonly refusal: string | undefined
  /** The versions for which the registry has the node; undefined if not with this role. */
  readonly versions: readonly Version[] | undefined
  readonly failures: number
  /** 0 if it is not left out. */
  readonly suspendedUntil: Epoch
  /** Undefined for a role that nobody is elected for. */
  readonly committee: CommitteeFacts | undefined
}

/** One of the runtimes of a node. */
export interface RuntimeFacts {
  readonly id: string
  /** Undefined if the registry does not know it. */
  readonly registered: RegisteredRuntime | undefined
  /** Undefined where the node only follows. */
  readonly program: ProgramFacts | undefined
  readonly rounds: RoundFacts
  /** Undefined if the runtime has none. */
  readonly keyManager: KeyManagerFacts | undefined
  /** Undefined if the node serves nobody. */
  readonly service: ServiceFacts | undefined
}

/** What a node is that keeps secrets of runtimes. */
export interface KeeperFacts {
  readonly id: string
  readonly runs: boolean
  readonly due: Version | undefined
  readonly active: Version | undefined
  readonly isInitialized: boolean
  /** Does the network count the node among those that keep them? */
  readonly isCounted: boolean
  readonly generation: bigint
  /** The last generation of the secret that is here; undefined if there is none. */
  readonly loaded: bigint | undefined
}
