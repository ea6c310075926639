/** What a checker sees of a simulated network, and how it says what is wrong. */

import type { Offence } from '@wadi/contracts/peers'
import type { Block } from '@wadi/tendermint/types/block'
import type { OpenedApplication, SimChain } from '../chains/simChain.ts'
import type { Plan } from '../plan/plan.ts'

/** A node has applied a block, perhaps again after a crash. */
export interface Applied {
  readonly node: number
  readonly height: bigint
  readonly block: Block
  /** Hex. */
  readonly blockHash: string
  /** Hex: of the application's state after the block. */
  readonly appHash: string
  readonly opened: OpenedApplication
}

/** An honest validator's key has signed. */
export interface Signed {
  readonly node: number
  readonly type: 'proposal' | 'prevote' | 'precommit'
  readonly height: bigint
  readonly round: number
  /** Hex of the hashes of the block and its parts; `nil` for none. */
  readonly block: string
}

/** A message has reached a living node. */
export interface Arrived {
  readonly from: number
  readonly to: number
  readonly channel: number
  readonly message: Uint8Array
}

/** What a checker is told of the world as a whole. */
export interface World {
  readonly plan: Plan
  readonly chain: SimChain
  isHonest(node: number): boolean
  /** Does it stay, and is it whole in the end? */
  isCore(node: number): boolean
  /** The last height that a node has applied; zero before the first. */
  heightOf(node: number): bigint
  nowMs(): number
  /** The state of the application of a node that is alive. */
  openedOf(node: number): OpenedApplication | undefined
  /** Says that something is wrong. */
  report(checker: string, why: string): void
}

/** Looks at what happens, and finds what must not. */
export interface Checker {
  readonly name: string
  onApplied?(applied: Applied): void
  onSigned?(signed: Signed): void
  onArrived?(arrived: Arrived): void
  onOffence?(accuser: number, accused: number, offence: Offence): void
  /** A process has ended. */
  onEnded?(node: number): void
  onHealed?(): void
  /** Each simulated second. */
  onSecond?(): void
  /** It is over. */
  onOver?(): void
}
