/** Answers that follow from proofs, by the same rules by which nodes make them. */

import { UnavailableError } from '@wadi/base/errors'
import type { ApiMethod, ApiView } from '@wadi/consensus-services/kernel/api'
import { MissingNodeError } from '@wadi/mkvs/nodeReader'
import { errors } from './errors.ts'
import { HeldStates } from './heldStates.ts'
import { LightView } from './lightView.ts'
import { FETCHES_MAX } from './limits.ts'
import type { ProvenStates } from './provenStates.ts'
import { MissingFactError } from './remembered.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

/** Makes answers from what headers and proofs show. */
export class LightAnswers {
  readonly facts: VerifiedFacts
  readonly #states: ProvenStates

  constructor(facts: VerifiedFacts, states: ProvenStates) {
    this.facts = facts
    this.#states = states
  }

  /** Answers a call about a height; zero is the last one. */
  async answer<Q, A>(method: ApiMethod<Q, A>, request: Q): Promise<A> {
    const height = await this.heightOf(method.heightOf(request))
    return await this.look(height, (view) => method.answer(view, request))
  }

  /** The height that is meant. */
  async heightOf(asked: bigint): Promise<bigint> {
    const { headers } = this.facts
    if (asked < 0n) throw errors.noSuchHeight(`${asked}`)
    if (asked === 0n) return await headers.latest()
    if (asked > headers.height) await headers.latest()
    return asked
  }

  /**
   * Looks at the chain, and again from the beginning whenever something had to be fetched. What is
   * looked at never changes, so what comes out is the same as if all had been there.
   */
  async look<T>(
    height: bigint,
    look: (view: ApiView) => T,
    firstHeight: bigint = this.facts.headers.lowest,
  ): Promise<T> {
    const states = new HeldStates(this.facts, this.#states)
    const view = { facts: this.facts, states, height, firstHeight }
    try {
      return await untilHere(() => look(new LightView(view)), states)
    } finally {
      states.letGo()
    }
  }
}

async function untilHere<T>(look: () => T, states: HeldStates): Promise<T> {
  for (let fetched = 0; fetched < FETCHES_MAX; fetched++) {
    try {
      return look()
    } catch (error) {
      if (error instanceof MissingFactError) await error.load()
      else if (error instanceof MissingNodeError) await states.fetch(error)
      else throw error
    }
  }
  throw new UnavailableError('lightNode.tooMuch', 'the answer takes more proofs than allowed')
}
