/** What a byzantine validator does beside, or in place of, what its program does. */

import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { Application } from '@wadi/contracts/application'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { SimChain } from '../chains/simChain.ts'

/** A message on its way out, or one to be sent. */
export interface Sent {
  readonly to: number
  readonly channel: number
  readonly bytes: Uint8Array
}

/**
 * What accomplices agree on: for a height and round, the blocks that even and odd nodes are to
 * decide.
 */
export type Pact = Map<string, readonly [even: BlockId, odd: BlockId]>

/** What a byzantine validator has: its own key, its connections, and no shame. */
export interface Means {
  readonly chain: SimChain
  readonly own: number
  /** All that are byzantine; they know each other. */
  readonly accomplices: readonly number[]
  readonly pact: Pact
  readonly random: RandomSource
  readonly timers: Timers
  /** Sends past the queues of the program. */
  send(sent: Sent): void
  /** Whom it is connected with. */
  neighbours(): readonly number[]
}

export interface Behaviour {
  /** What leaves in place of a message; undefined: the message itself. */
  outgoing?(sent: Sent): readonly Sent[] | undefined
  /** Puts itself between the engine and the application. */
  wrap?(application: Application): Application
  /** The node begins, or begins anew. */
  begin?(): void
}
