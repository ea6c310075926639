/** The states that one answer looks at, which stay until it is made. */

import type { MissingNodeError } from '@wadi/mkvs/nodeReader'
import type { Tree } from '@wadi/mkvs/tree'
import type { ProvenStates } from './provenStates.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

/** See the top of this file. */
export class HeldStates {
  readonly #facts: VerifiedFacts
  readonly #states: ProvenStates
  readonly #roots = new Map<bigint, Uint8Array>()
  /** How many nodes of a state were missed. */
  readonly #missed = new Map<bigint, number>()

  constructor(facts: VerifiedFacts, states: ProvenStates) {
    this.#facts = facts
    this.#states = states
  }

  /** The state after a block. */
  at(height: bigint): Tree {
    const root = this.#roots.get(height) ?? this.#hold(height)
    return this.#states.at(height, root)
  }

  /** Has somebody show a node that was missed. */
  async fetch(miss: MissingNodeError): Promise<void> {
    const { version } = miss.root
    const missed = (this.#missed.get(version) ?? 0) + 1
    this.#missed.set(version, missed)
    await this.#states.fetch(miss, missed)
  }

  /** The answer is made, or given up. */
  letGo(): void {
    for (const height of this.#roots.keys()) this.#states.letGo(height)
    this.#roots.clear()
  }

  #hold(height: bigint): Uint8Array {
    const root = this.#facts.stateRoots.at(height)
    this.#roots.set(height, root)
    this.#states.hold(height)
    return root
  }
}
