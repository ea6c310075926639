/** A block and what it did, out of the stores. */

import { parseBase64, toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { eventBodies } from '@wadi/consensus/events'
import { NODE_LIST_EPOCH } from '@wadi/consensus/registry/events'
import type { ExecutedBlock, ExecutedTransaction } from '@wadi/consensus-services/kernel/api'
import type { BlockEvent, EventType } from '@wadi/consensus-services/kernel/events'
import type { Event, EventAttribute, TxResult } from '@wadi/contracts/application'
import type { Moment } from '@wadi/primitives/moment'
import type { Block } from '@wadi/tendermint/types/block'
import type { ChainSource, StoredResponses } from './chainSource.ts'
import { blockAt, responsesAt } from './heights.ts'

function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventBodies, type)
}

/** COMPAT(oasis-core): the one value that is no base64. */
function attributeOf({ key, value }: EventAttribute) {
  return { key, value: key === NODE_LIST_EPOCH ? toUtf8(value) : parseBase64(value) }
}

/** Events as the application told them, before CometBFT got them. */
export function blockEventsOf(events: readonly Event[]): readonly BlockEvent[] {
  return events.map(({ type, attributes }) => {
    assert(isEventType(type), `no service tells ${type}`)
    return { type, attributes: attributes.map(attributeOf) }
  })
}

function transactionOf(raw: Uint8Array, result: TxResult): ExecutedTransaction {
  const { data, events, ...rest } = result
  return {
    ...rest,
    raw,
    data: data.length === 0 ? undefined : data,
    events: blockEventsOf(events),
  }
}

/** The block of a height, of which nothing is looked up before it is asked for, and that once. */
export class StoredBlock implements ExecutedBlock {
  readonly #source: ChainSource
  readonly #asked: bigint
  #stored: Block | undefined
  #responses: StoredResponses | undefined
  #transactions: readonly ExecutedTransaction[] | undefined

  /** Zero asks for the last one. */
  constructor(source: ChainSource, asked: bigint) {
    this.#source = source
    this.#asked = asked
  }

  get time(): Moment {
    return this.#block().header.time
  }

  get beginEvents(): readonly BlockEvent[] {
    return blockEventsOf(this.#did().beginBlockEvents)
  }

  get transactions(): readonly ExecutedTransaction[] {
    this.#transactions ??= this.#executed()
    return this.#transactions
  }

  get endEvents(): readonly BlockEvent[] {
    return blockEventsOf(this.#did().endBlock.events)
  }

  #executed(): readonly ExecutedTransaction[] {
    const { transactions } = this.#block()
    const { results } = this.#did()
    assert(results.length === transactions.length, 'each transaction of a block has its result')
    return transactions.map((raw, i) => transactionOf(raw, results[i]!))
  }

  #block(): Block {
    this.#stored ??= blockAt(this.#source, this.#asked)
    return this.#stored
  }

  #did(): StoredResponses {
    this.#responses ??= responsesAt(this.#source, this.#asked)
    return this.#responses
  }
}
