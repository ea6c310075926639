/** What a service is to the application that runs it. */

import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Subscriptions } from './bus.ts'
import type { Context } from './context.ts'
import type { Methods } from './method.ts'
import type { ReadableState } from './state.ts'

/** A validator's new power; zero removes it. */
export interface ValidatorUpdate {
  readonly publicKey: PublicKey
  readonly power: bigint
}

/** A validator of CometBFT's own genesis document. */
export type GenesisValidator = ValidatorUpdate

/** What CometBFT tells of the chain when it begins. */
export interface InitChainRequest {
  readonly document: GenesisDocument
  readonly validators: readonly GenesisValidator[]
}

/** Something that always holds, and did not. */
export interface Violation {
  readonly invariant: string
  readonly details: string
}

/** One of the services that the application consists of. */
export interface Service {
  /** Services run in the order of these names, byte by byte. */
  readonly name: string
  readonly methods: Methods
  readonly subscriptions?: Subscriptions
  /** A service that is not enabled has no methods and is asked nothing. */
  isEnabled?(ctx: Context): boolean
  /** How soon the mempool offers a method's transactions. */
  priority(method: string): bigint
  initChain?(ctx: Context, request: InitChainRequest): void
  beginBlock?(ctx: Context): void
  /** Only the scheduler updates validators. */
  endBlock?(ctx: Context): readonly ValidatorUpdate[] | undefined
  /** What does not hold of a committed state although it always should. */
  violations(state: ReadableState): Iterable<Violation>
}
