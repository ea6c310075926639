/** What a host asks of the test runtime. */

import { toUtf8 } from '@wadi/base/bytes'
import { encode, make, type Schema } from '@wadi/cbor/codec'
import { bytes, raw, text, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Block, Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { lightBlockOf } from '@wadi/runtime-guest/testing/light-block'
import {
  CheckTxBatchRequest,
  EXECUTION_MODES,
  ExecuteTxBatchRequest,
  QueryRequest,
} from '@wadi/runtime-protocol/host-protocol/batches'
import type { Request } from '@wadi/runtime-protocol/runtime'

const Call = struct({ sender: bytes, nonce: u64, method: text, args: raw })
const Key = struct({ key: text })
const KeyValue = struct({ key: text, value: text })

const COUNT = 40
const ROUND = 5n

/** A state with forty keys, so that a runtime has to ask for its nodes. */
export function keyvalueState(): Tree {
  const state = createTree(new Arena(), { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
  for (let i = 0; i < COUNT; i++) state.insert(toUtf8(`key ${i}`), toUtf8(`value ${i}`))
  state.commit({ version: ROUND, baseAddress: 1 })
  return state
}

function call<T>(method: string, schema: Schema<T>, args: T): Uint8Array {
  const sender = toUtf8('someone')
  return encode(Call, { sender, nonce: 0n, method, args: encode(schema, args) })
}

/** A transaction that sets a key. */
export function insertion(key: string, value: string): Uint8Array {
  return call('insert', KeyValue, { key, value })
}

function baseOf({ root }: Tree) {
  const header = make(Header, { round: ROUND, stateRoot: Hash.check(root.hash) })
  return { consensusBlock: lightBlockOf(9, Hash.zero), block: make(Block, { header }) }
}

export function checkRequest(
  state: Tree,
  inputs: readonly Uint8Array[],
): Request<'RuntimeCheckTxBatchRequest'> {
  const body = make(CheckTxBatchRequest, { ...baseOf(state), inputs })
  return { kind: 'RuntimeCheckTxBatchRequest', body }
}

export function scheduleRequest(
  state: Tree,
  inputs: readonly Uint8Array[],
): Request<'RuntimeExecuteTxBatchRequest'> {
  const mode = EXECUTION_MODES.schedule
  const body = make(ExecuteTxBatchRequest, { ...baseOf(state), mode, inputs })
  return { kind: 'RuntimeExecuteTxBatchRequest', body }
}

/** Asks for the value of a key, or whatever else a runtime answers. */
export function queryRequest(
  state: Tree,
  method: string,
  key: string,
): Request<'RuntimeQueryRequest'> {
  const { consensusBlock, block } = baseOf(state)
  const args = encode(Key, { key })
  const body = make(QueryRequest, { consensusBlock, header: block.header, method, args })
  return { kind: 'RuntimeQueryRequest', body }
}
