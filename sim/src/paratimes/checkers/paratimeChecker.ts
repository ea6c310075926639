/** What a checker of ParaTimes sees, and how it says what is wrong. */

import type { RoundResults } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import type { Proposal } from '@wadi/consensus/roothash/commitments'
import type { IncomingMessage } from '@wadi/consensus/roothash/messages'
import type { SubmitMsg } from '@wadi/consensus/roothash/methods'
import type { Address } from '@wadi/primitives/address'
import type { Node } from '@wadi/primitives/node'
import type { Transaction } from '@wadi/runtime-protocol/transactions/readIoTree'
import type { RuntimeWorker } from '@wadi/workers/runtime-worker'
import type { DrivenChain, SeenBlock } from '../chain/drivenChain.ts'
import type { Waiting } from '../clients/waiting.ts'
import type { ParatimeClass } from '../plan/paratimeClasses.ts'
import type { ParatimePlan } from '../plan/paratimePlan.ts'
import type { WrittenRound } from '../tables/writtenRound.ts'

/** A round is over. */
export interface EndedRound extends WrittenRound {
  readonly paratime: number
  readonly height: bigint
  /** Epoch and results that the round was built upon. */
  readonly epoch: bigint
  readonly resultsBefore: RoundResults
  /** Messages that waited for the ParaTime then. */
  readonly waiting: readonly IncomingMessage[]
  /** What the ParaTime has in the consensus layer when the round ends. */
  readonly balance: bigint
  readonly block: SeenBlock
}

/** What was executed in a round, as it came out again. */
export interface ExecutedRound {
  readonly ended: EndedRound
  readonly transactions: readonly Transaction[]
}

/** Somebody has sent a ParaTime a message over the consensus layer. */
export interface SentMessage {
  readonly paratime: number
  readonly caller: Address
  readonly message: SubmitMsg
  /** Undefined if it was accepted. */
  readonly refusal: Refusal | undefined
}

/** Why the consensus layer does not do what it is asked to. */
export interface Refusal {
  readonly module: string
  readonly code: number
}

/** A node has asked to be registered. */
export interface Applied {
  readonly node: Node
  readonly paratime: number
  /** Undefined if it was let in. */
  readonly refusal: Refusal | undefined
}

/** An entity has asked for another descriptor of a ParaTime that it does not govern. */
export interface Meddled {
  readonly paratime: number
  readonly who: 'owner' | 'stranger'
  /** Undefined if it was changed. */
  readonly refusal: Refusal | undefined
}

/** What a checker is told of the world as a whole. */
export interface ParatimeWorld {
  readonly plan: ParatimePlan
  readonly chain: DrivenChain
  isHonest(node: number): boolean
  /** Does it stay, and is it whole in the end? */
  isCore(node: number): boolean
  worker(node: number, paratime: number): RuntimeWorker | undefined
  nowMs(): number
  /** Clients whose transaction is not final yet, as far as they know. */
  waiting(): readonly Waiting[]
  /** Something has happened that the histogram counts. */
  count(name: ParatimeClass): void
  report(checker: string, why: string): void
}

/** Looks at what happens, and finds what must not. */
export interface ParatimeChecker {
  readonly name: string
  onBlock?(block: SeenBlock): void
  onRound?(ended: EndedRound): void
  /** A node has block and trees of a round, perhaps again after a crash. */
  onSynced?(node: number, paratime: number, header: Header): void
  onExecuted?(executed: ExecutedRound): void
  /** A node has signed a proposal or a commitment: of the round, for this scheduler, what. */
  onSigned?(node: number, name: string, what: string): void
  /** A node has published a proposal. */
  onProposed?(node: number, proposal: Proposal): void
  /** A client was told that its transaction is in a round. */
  onTold?(paratime: number, hash: string, round: bigint): void
  /** A message was accepted with the block that is seen next, or refused. */
  onSent?(sent: SentMessage): void
  /** That is in the last block, which is seen next. */
  onApplied?(applied: Applied): void
  onMeddled?(meddled: Meddled): void
  onBlocked?(accuser: number, accused: number): void
  onHealed?(): void
  /** Each simulated second. */
  onSecond?(): void
  onOver?(): void
}
