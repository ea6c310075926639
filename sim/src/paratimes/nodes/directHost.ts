/** A hosted runtime without frames: a value, upon the trees of its node. */

import { UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { RoundResults } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import type { HostedRuntime, RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import type { Arena } from '@wadi/mkvs/arena'
import type { ReadableState } from '@wadi/mkvs/state'
import { openTree, type Tree } from '@wadi/mkvs/tree'
import type { Namespace } from '@wadi/primitives/namespace'
import { RawSignature } from '@wadi/primitives/signed'
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
import type { Request, Runtime, RuntimeContext } from '@wadi/runtime-protocol/runtime'
import type { RuntimeStore } from '@wadi/workers/runtime-store'

/** What a runtime works in. */
export interface DirectHostOptions {
  readonly runtime: Runtime
  readonly id: Namespace
  readonly chainContext: string
  readonly stateBefore: (height: bigint) => ReadableState
  readonly timers: Timers
  /** How long the next call takes. */
  readonly callMs: () => number
  /** PERF: one for all calls: each costs an instance of its kernel. */
  readonly arena: Arena
}

/** What runtimes are told beside the block. */
type Surroundings = Pick<ExecuteTxBatchRequest, 'consensusBlock' | 'epoch' | 'maxMessages'>

/** What a runtime is told about where it runs. */
export function contextOf(
  { id, chainContext, stateBefore }: Pick<DirectHostOptions, 'id' | 'chainContext' | 'stateBefore'>,
  header: Header,
  { consensusBlock, epoch, maxMessages }: Surroundings,
): RuntimeContext {
  const consensusHeight = consensusBlock.height
  return {
    runtimeId: id,
    host: { chainContext, localConfig: keyedMap(text, []) },
    header,
    epoch,
    maxMessages,
    consensusHeight,
    consensus: stateBefore(consensusHeight),
    ask: ({ kind }) => {
      throw new UnavailableError('sim.noAnswer', `nobody answers ${kind}`)
    },
  }
}

/** A runtime that runs from the beginning. */
export function directHost(options: DirectHostOptions, store: RuntimeStore): HostedRuntime {
  const { id, runtime, timers, callMs } = options
  const { version, initialBatchSize } = runtime
  const zero = make(RuntimeInfoResponse, {})
  const features = { ...zero.features, scheduleControl: { initialBatchSize } }
  const info = make(RuntimeInfoResponse, { runtimeVersion: version, features })
  return {
    id,
    version,
    info,
    capabilityTee: undefined,
    start: () => {},
    stop: async () => {},
    call: <K extends RuntimeRequestKind>(request: Request<K>) =>
      new Promise<AnswerTo<K>>((resolve, reject) => {
        timers.after(callMs(), () => {
          try {
            resolve(answer(options, store, request as Body) as AnswerTo<K>)
          } catch (error) {
            reject(error)
          }
        })
      }),
    abort: async () => {},
    watch: () => () => {},
  }
}

function openState({ arena }: DirectHostOptions, { database }: RuntimeStore, header: Header): Tree {
  const root = stateRootOf(header)
  return openTree(arena, { root, rootAddress: database.rootAddress(root), reader: database })
}

/** Lends the state upon a block. */
function upon<T>(
  hosted: DirectHostOptions,
  store: RuntimeStore,
  header: Header,
  work: (state: Tree) => T,
): T {
  const state = openState(hosted, store, header)
  try {
    return work(state)
  } finally {
    state.dispose()
  }
}

function answer(hosted: DirectHostOptions, store: RuntimeStore, request: Body): Body {
  const { runtime } = hosted
  switch (request.kind) {
    case 'RuntimeCheckTxBatchRequest': {
      const { header } = request.body.block
      const { inputs = [] } = request.body
      const context = contextOf(hosted, header, request.body)
      const check = (state: Tree) => runtime.check(context, state, inputs)
      const results = upon(hosted, store, header, check)
      return { kind: 'RuntimeCheckTxBatchResponse', body: { results } }
    }
    case 'RuntimeExecuteTxBatchRequest':
      return { kind: 'RuntimeExecuteTxBatchResponse', body: execute(hosted, store, request.body) }
    case 'RuntimeQueryRequest': {
      const { header, method, args } = request.body
      const context = contextOf(hosted, header, request.body)
      const query = (state: Tree) => runtime.query(context, state, { method, args })
      return { kind: 'RuntimeQueryResponse', body: { data: upon(hosted, store, header, query) } }
    }
    case 'RuntimeConsensusSyncRequest':
      return { kind: 'RuntimeConsensusSyncResponse', body: {} }
    default:
      throw new UnavailableError('sim.unknown', `no runtime here knows ${request.kind}`)
  }
}

function execute(
  hosted: DirectHostOptions,
  store: RuntimeStore,
  request: ExecuteTxBatchRequest,
): ExecuteTxBatchResponse {
  const { block, inputs = [], inMessages, mode, ioRoot } = request
  const { roundResults = make(RoundResults, {}) } = request
  const { header } = block
  const { arena } = hosted
  const isMade = mode === EXECUTION_MODES.schedule
  const context = contextOf(hosted, header, request)
  const batch = {
    mode: isMade ? 'schedule' : 'execute',
    inputs: inputs ?? [],
    inMessages,
    roundResults,
  } as const
  return upon(hosted, store, header, (state) => {
    const outcome = hosted.runtime.execute(context, state, batch)
    const base = { header, inMessages, inputRoot: isMade ? undefined : ioRoot }
    const results = computeResults({ arena, state }, base, outcome)
    return { ...results, batch: { ...results.batch, rakSig: RawSignature.zero } }
  })
}
