/** A hosted runtime that is here: the toy, upon the trees of a store. */

import { UnavailableError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import type { Header } from '@wadi/consensus/roothash/block'
import type { HostedRuntime, RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import { Arena } from '@wadi/mkvs/arena'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import { RawSignature } from '@wadi/primitives/signed'
import { Version } from '@wadi/primitives/version'
import { RUNTIME_ID } from '@wadi/runtime-executor/testing/test-network'
import { checkToy, executeToy } from '@wadi/runtime-executor/testing/toy-runtime'
import { stateRootOf } from '@wadi/runtime-protocol/block'
import { computeResults } from '@wadi/runtime-protocol/computeBatch'
import type { AnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import {
  EXECUTION_MODES,
  type ExecuteTxBatchRequest,
  type ExecuteTxBatchResponse,
} from '@wadi/runtime-protocol/host-protocol/batches'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'
import type { RuntimeStore } from '../store/runtimeStore.ts'

function openState(store: RuntimeStore, header: Header): Tree {
  const root = stateRootOf(header)
  const rootAddress = store.database.rootAddress(root)
  return openTree(new Arena(), { root, rootAddress, reader: store.database })
}

function execute(store: RuntimeStore, request: ExecuteTxBatchRequest): ExecuteTxBatchResponse {
  const { block, inputs = [], inMessages, mode, ioRoot } = request
  const { header } = block
  const state = openState(store, header)
  const isMade = mode === EXECUTION_MODES.schedule
  const outcome = executeToy(state, {
    mode: isMade ? 'schedule' : 'execute',
    inputs,
    inMessages,
    roundResults: request.roundResults ?? {
      messages: [],
      goodComputeEntities: [],
      badComputeEntities: [],
    },
  })
  const inputRoot = isMade ? undefined : ioRoot
  const trees = { arena: state.arena, state }
  const results = computeResults(trees, { header, inMessages, inputRoot }, outcome)
  return { ...results, batch: { ...results.batch, rakSig: RawSignature.zero } }
}

function answer(store: RuntimeStore, request: Body): Body {
  switch (request.kind) {
    case 'RuntimeCheckTxBatchRequest': {
      const { block, inputs = [] } = request.body
      const state = openState(store, block.header)
      const results = inputs.map((input) => checkToy(state, input))
      return { kind: 'RuntimeCheckTxBatchResponse', body: { results } }
    }
    case 'RuntimeExecuteTxBatchRequest':
      return { kind: 'RuntimeExecuteTxBatchResponse', body: execute(store, request.body) }
    case 'RuntimeQueryRequest': {
      const { header, args } = request.body
      const data = openState(store, header).get(args) ?? new Uint8Array(0)
      return { kind: 'RuntimeQueryResponse', body: { data } }
    }
    case 'RuntimeConsensusSyncRequest':
      return { kind: 'RuntimeConsensusSyncResponse', body: {} }
    default:
      throw new UnavailableError('toy.unknown', `the toy does not know ${request.kind}`)
  }
}

/** A runtime that runs from the beginning. */
export function toyHost(store: RuntimeStore): HostedRuntime {
  const info = make(RuntimeInfoResponse, {
    features: {
      ...make(RuntimeInfoResponse, {}).features,
      scheduleControl: { initialBatchSize: 50 },
    },
  })
  return {
    id: RUNTIME_ID,
    version: make(Version, {}),
    info,
    capabilityTee: undefined,
    start: () => {},
    stop: async () => {},
    call: async <K extends RuntimeRequestKind>(request: Request<K>) =>
      answer(store, request as Body) as AnswerTo<K>,
    abort: async () => {},
    watch: () => () => {},
  }
}
