/**
 * The chain as the services' answers see it, of which everything follows from headers. What is not
 * here yet is missed, and what nobody can prove is refused, at the moment when an answer looks.
 */

import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type {
  ApiView,
  ExecutedBlock,
  ExecutedTransaction,
} from '@wadi/consensus-services/kernel/api'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type { Tree } from '@wadi/mkvs/tree'
import type { Moment } from '@wadi/primitives/moment'
import { errors } from './errors.ts'
import type { HeldStates } from './heldStates.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

function unprovable(what: string): never {
  throw errors.notProvable(what)
}

const RESULTS = 'results of transactions'

/** A transaction of which the block proves that it is there, and nothing of what became of it. */
function provenTransaction(raw: Uint8Array): ExecutedTransaction {
  return {
    raw,
    get code() {
      return unprovable(RESULTS)
    },
    get codespace() {
      return unprovable(RESULTS)
    },
    get data() {
      return unprovable(RESULTS)
    },
    get log() {
      return unprovable(RESULTS)
    },
    get gasWanted() {
      return unprovable(RESULTS)
    },
    get gasUsed() {
      return unprovable(RESULTS)
    },
    get events() {
      return unprovable(RESULTS)
    },
  }
}

/** A block of which the header is believed. */
class LightBlockView implements ExecutedBlock {
  readonly #facts: VerifiedFacts
  readonly #height: bigint

  constructor(facts: VerifiedFacts, height: bigint) {
    this.#facts = facts
    this.#height = height
  }

  get time(): Moment {
    return this.#facts.blocks.at(this.#height).signedHeader.header.time
  }

  get transactions(): readonly ExecutedTransaction[] {
    return this.#facts.transactions.at(this.#height).map(provenTransaction)
  }

  get beginEvents(): readonly BlockEvent[] {
    return unprovable('events')
  }

  get endEvents(): readonly BlockEvent[] {
    return unprovable('events')
  }
}

/** What is looked at, and through what. */
export interface LightViewOptions {
  readonly facts: VerifiedFacts
  readonly states: HeldStates
  readonly height: bigint
  /** Nothing before it is looked at. */
  readonly firstHeight: bigint
}

/** See the top of this file. */
export class LightView implements ApiView {
  readonly height: bigint
  readonly block: ExecutedBlock
  readonly #facts: VerifiedFacts
  readonly #states: HeldStates
  readonly #firstHeight: bigint

  constructor({ facts, states, height, firstHeight }: LightViewOptions) {
    this.height = height
    this.block = new LightBlockView(facts, height)
    this.#facts = facts
    this.#states = states
    this.#firstHeight = firstHeight
  }

  get genesis(): GenesisDocument {
    return this.#facts.genesis
  }

  get chainContext(): string {
    return this.#facts.chainContext
  }

  get lastHeight(): bigint {
    return this.#facts.headers.height
  }

  /** A light client keeps nothing, and may ask for everything that can be verified. */
  get firstHeight(): bigint {
    const { height } = this.genesis
    return height > this.#firstHeight ? height : this.#firstHeight
  }

  /** COMPAT(cometbft): the header is about two of the parameters only. */
  get cometParameters(): Uint8Array {
    return unprovable("CometBFT's parameters")
  }

  get state(): Tree {
    return this.stateAt(this.height)
  }

  get tree(): Tree {
    return this.state
  }

  stateAt(height: bigint): Tree {
    return this.#states.at(height)
  }
}
