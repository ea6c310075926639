/**
 * How light verification asks for what it needs: a task is a conversation that yields what is to be
 * fetched and is resumed with the answer. It neither waits nor knows who fetches.
 */

import type { LightClientAttackEvidence } from '../types/evidence.ts'
import type { LightBlock } from '../types/lightBlock.ts'

/** What a task wants done. Providers are numbered. */
export type LightRequest =
  /** The light block of a height; of the newest block, for height 0. */
  | { readonly kind: 'fetch'; readonly provider: number; readonly height: bigint }
  /** Resume after so many milliseconds, with anything. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Tell a provider what somebody did; resume with anything. */
  | {
      readonly kind: 'report'
      readonly provider: number
      readonly evidence: LightClientAttackEvidence
    }
  /** A provider gave what is not of the chain; resume with anything. */
  | { readonly kind: 'bad'; readonly provider: number; readonly why: string }

/** What comes back. */
export type LightAnswer =
  | { readonly kind: 'found'; readonly block: LightBlock }
  /** No answer, or it does not have that block. */
  | { readonly kind: 'missing' }
  /** Its chain is not that long yet. */
  | { readonly kind: 'too-high' }

/** A conversation that ends with a result. */
export type LightTask<Result> = Generator<LightRequest, Result, LightAnswer>
