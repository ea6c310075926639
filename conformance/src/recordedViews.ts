/** What a node would know of a recorded chain: its states and blocks. No rule runs. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { errors } from '@wadi/consensus/consensus/errors'
import { eventBodies } from '@wadi/consensus/events'
import { chainContextOf } from '@wadi/consensus/genesis/document'
import { NODE_LIST_EPOCH } from '@wadi/consensus/registry/events'
import type {
  ApiView,
  ExecutedBlock,
  ExecutedTransaction,
} from '@wadi/consensus-services/kernel/api'
import type { BlockEvent, EventType } from '@wadi/consensus-services/kernel/events'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { applyDiff } from './recordedRoots.ts'
import {
  bytesOfBase64,
  type RecordedBlock,
  type RecordedEvent,
  type RecordedTxResult,
} from './records.ts'
import { replayedBlock } from './replay/recordedHeader.ts'
import type { RecordedChain } from './replay/replayChain.ts'

/** Nothing is stored, so every address will do. */
const BASE_ADDRESS = 1

function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventBodies, type)
}

/** What `cometValueOf` printed. */
function attributeOf([key, value]: readonly [string, string]) {
  return { key, value: key === NODE_LIST_EPOCH ? toUtf8(value) : bytesOfBase64(value) }
}

function eventsOf(events: readonly RecordedEvent[] | null | undefined): readonly BlockEvent[] {
  return (events ?? []).map(({ type, attrs }) => {
    assert(isEventType(type), `no service tells ${type}`)
    return { type, attributes: attrs.map(attributeOf) }
  })
}

function transactionOf(raw: Uint8Array, result: RecordedTxResult): ExecutedTransaction {
  return {
    raw,
    code: result.code ?? 0,
    codespace: result.codespace ?? '',
    data: result.data === undefined ? undefined : bytesOfBase64(result.data),
    log: result.log ?? '',
    gasWanted: BigInt(result.gas_wanted ?? 0),
    gasUsed: BigInt(result.gas_used ?? 0),
    events: eventsOf(result.events),
  }
}

function executedBlock(record: RecordedBlock): ExecutedBlock {
  const { time, transactions } = replayedBlock(record)
  const results = record.tx_results ?? []
  return {
    time,
    beginEvents: eventsOf(record.begin_events),
    transactions: transactions.map((raw, i) => transactionOf(raw, results[i] ?? {})),
    endEvents: eventsOf(record.end_events),
  }
}

/** A recorded chain at all of its heights. */
export class RecordedViews {
  readonly #arena = new Arena()
  readonly #records: readonly RecordedBlock[]
  readonly #chain: Pick<ApiView, 'genesis' | 'chainContext' | 'firstHeight' | 'lastHeight'>
  readonly #trees = new Map<bigint, Tree>()

  constructor({ document, blocks }: RecordedChain) {
    this.#records = [...blocks]
    this.#chain = {
      genesis: document,
      chainContext: chainContextOf(document),
      firstHeight: document.height,
      lastHeight: document.height + BigInt(this.#records.length) - 1n,
    }
  }

  /** The chain as it was at a height; zero is the last one. */
  at(asked: bigint, cometParameters: Uint8Array): ApiView {
    const height = asked <= 0n ? this.#chain.lastHeight : asked
    const record = this.#recordAt(height)
    return {
      ...this.#chain,
      height,
      cometParameters,
      state: this.#treeAt(height),
      tree: this.#treeAt(height),
      block: executedBlock(record),
      stateAt: (other) => this.#treeAt(other),
    }
  }

  #recordAt(height: bigint): RecordedBlock {
    const record = this.#records[Number(height - this.#chain.firstHeight)]
    if (record === undefined) throw errors.versionNotFound()
    return record
  }

  #treeAt(height: bigint): Tree {
    const known = this.#trees.get(height)
    if (known !== undefined) return known
    this.#recordAt(height)
    const namespace = new Uint8Array(32)
    const tree = createTree(this.#arena, {
      namespace,
      type: ROOT_TYPE_STATE,
      writeLog: 'dropped',
    })
    const count = Number(height - this.#chain.firstHeight) + 1
    for (const { state_diff } of this.#records.slice(0, count)) applyDiff(tree, state_diff)
    tree.commit({ version: height, baseAddress: BASE_ADDRESS })
    this.#trees.set(height, tree)
    return tree
  }
}
