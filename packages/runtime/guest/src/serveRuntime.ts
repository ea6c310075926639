/** The runtime side of the host protocol, for a runtime that is a value. */

import type { Duplex } from 'node:stream'
import { equalBytes } from '@wadi/base/bytes'
import { CodedError, isTold, UnavailableError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import type { LightBlock } from '@wadi/consensus/consensus/block'
import { RoundResults } from '@wadi/consensus/roothash'
import type { Header } from '@wadi/consensus/roothash/block'
import { ComputeResultsHeader } from '@wadi/consensus/roothash/commitments'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { Overlay } from '@wadi/mkvs/overlay'
import type { Namespace } from '@wadi/primitives/namespace'
import { RawSignature } from '@wadi/primitives/signed'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import { stateRootOf } from '@wadi/runtime-protocol/block'
import { computeResults } from '@wadi/runtime-protocol/computeBatch'
import { EXECUTION_MODES } from '@wadi/runtime-protocol/host-protocol/batches'
import { CONSENSUS_BACKEND } from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { STORAGE_ENDPOINTS } from '@wadi/runtime-protocol/host-protocol/services'
import type { Request, Runtime, RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { stateBefore } from './consensusState.ts'
import { errors } from './errors.ts'
import { HostCall } from './hostCall.ts'
import { HostConnection } from './hostConnection.ts'
import { TreeCache } from './treeCache.ts'

/** The key of everybody who has no enclave: whoever looks knows that it says nothing. */
const INSECURE_RAK = createTestSigner('node', 'ekiden test key manager RAK seed')

/** Serves a host until it has gone. Rejects if the host did not keep to the protocol. */
export async function serveRuntime(runtime: Runtime, stream: Duplex): Promise<void> {
  const guest = new Guest(runtime, stream)
  await guest.connection.run()
}

/** What a request works upon. */
interface Base {
  readonly consensusBlock: LightBlock
  readonly header: Header
  readonly epoch: bigint
  readonly maxMessages: number
}

/** A runtime with its host. */
class Guest {
  readonly connection: HostConnection
  readonly #runtime: Runtime
  readonly #trees = new TreeCache()
  /** Undefined before the handshake. */
  #runtimeId: Namespace | undefined
  #abort = new AbortController()

  constructor(runtime: Runtime, stream: Duplex) {
    this.#runtime = runtime
    this.connection = new HostConnection(stream, (request) => this.#answer(request))
  }

  async #answer(request: Body | undefined): Promise<Body> {
    try {
      return await this.#serve(request)
    } catch (error) {
      if (!isTold(error)) throw error
      // Memory may be what is missing.
      if (error instanceof UnavailableError) this.#trees.clear()
      const { module, code } = error instanceof CodedError ? error : { module: 'unknown', code: 1 }
      return { kind: 'Error', body: { module, code, message: error.message } }
    }
  }

  async #serve(request: Body | undefined): Promise<Body> {
    switch (request?.kind) {
      case 'RuntimeInfoRequest':
        return this.#shakeHands(request)
      case 'RuntimePingRequest':
        return EMPTY
      case 'RuntimeAbortRequest':
        this.#abort.abort()
        this.#abort = new AbortController()
        return { kind: 'RuntimeAbortResponse', body: {} }
      default:
        if (this.#runtimeId === undefined)
          return refuse('host environment information not configured')
        return this.#work(request, this.#runtimeId)
    }
  }

  async #work(request: Body | undefined, runtimeId: Namespace): Promise<Body> {
    switch (request?.kind) {
      case 'RuntimeCheckTxBatchRequest':
        return this.#check(request, runtimeId)
      case 'RuntimeExecuteTxBatchRequest':
        return this.#execute(request, runtimeId)
      case 'RuntimeQueryRequest':
        return this.#query(request, runtimeId)
      case 'RuntimeConsensusSyncRequest':
        // COMPAT(oasis-core): without a trust root the block is fetched, and nobody looks at it.
        await this.connection.ask({ kind: 'HostFetchConsensusBlockRequest', body: request.body })
        return { kind: 'RuntimeConsensusSyncResponse', body: {} }
      case 'RuntimeKeyManagerStatusUpdateRequest':
        return { kind: 'RuntimeKeyManagerStatusUpdateResponse', body: {} }
      case 'RuntimeKeyManagerQuotePolicyUpdateRequest':
        return { kind: 'RuntimeKeyManagerQuotePolicyUpdateResponse', body: {} }
      case 'RuntimeNotifyRequest':
        return EMPTY
      default:
        return refuse('method not supported')
    }
  }

  #shakeHands({ body }: Request<'RuntimeInfoRequest'>): Body {
    if (body.consensusBackend !== CONSENSUS_BACKEND) return refuse('incompatible consensus backend')
    if (this.#runtimeId !== undefined) return refuse('already initialized')
    this.#runtimeId = body.runtimeId
    const { version, initialBatchSize } = this.#runtime
    const features = {
      scheduleControl: { initialBatchSize },
      keyManagerQuotePolicyUpdates: true,
      keyManagerStatusUpdates: true,
      endorsedCapabilityTee: true,
    }
    const info = {
      protocolVersion: PROTOCOL_VERSIONS.runtimeHostProtocol,
      runtimeVersion: version,
      features,
    }
    return { kind: 'RuntimeInfoResponse', body: info }
  }

  async #check(
    { body }: Request<'RuntimeCheckTxBatchRequest'>,
    runtimeId: Namespace,
  ): Promise<Body> {
    const inputs = body.inputs ?? []
    const base = { ...body, header: body.block.header }
    const results = await this.#withTrees(base, runtimeId, ({ call, context, state }) =>
      call.run('read', () => this.#runtime.check(context, state, inputs)),
    )
    return { kind: 'RuntimeCheckTxBatchResponse', body: { results } }
  }

  async #query({ body }: Request<'RuntimeQueryRequest'>, runtimeId: Namespace): Promise<Body> {
    const { method, args } = body
    const data = await this.#withTrees(body, runtimeId, ({ call, context, state }) =>
      call.run('read', () => this.#runtime.query(context, state, { method, args })),
    )
    return { kind: 'RuntimeQueryResponse', body: { data } }
  }

  async #execute(
    { body }: Request<'RuntimeExecuteTxBatchRequest'>,
    runtimeId: Namespace,
  ): Promise<Body> {
    const { header } = body.block
    const { ioRoot, inMessages, roundResults = make(RoundResults, {}) } = body
    const isGiven = body.mode === EXECUTION_MODES.execute
    const mode = isGiven ? 'execute' : 'schedule'
    const batch = { mode, inputs: body.inputs ?? [], inMessages, roundResults } as const
    const { arena } = this.#trees
    const results = await this.#withTrees({ ...body, header }, runtimeId, async (work) => {
      const { call, context, state } = work
      const { overlay, outcome } = await call.run('read', () => {
        const tried = new Overlay(arena, state)
        try {
          return { overlay: tried, outcome: this.#runtime.execute(context, tried, batch) }
        } catch (error) {
          tried.dispose()
          throw error
        }
      })
      try {
        // May be begun again: what is written or removed twice is so once.
        await call.run('write', () => overlay.commit())
      } finally {
        overlay.dispose()
      }
      const inputRoot = isGiven ? ioRoot : undefined
      return computeResults({ arena, state }, { header, inMessages, inputRoot }, outcome)
    })
    const rakSig = signResults(results.batch.header)
    return {
      kind: 'RuntimeExecuteTxBatchResponse',
      body: { ...results, batch: { ...results.batch, rakSig } },
    }
  }

  /** Lends the trees of a request; one that failed may have left changes in them. */
  async #withTrees<T>(
    { consensusBlock, header, epoch, maxMessages }: Base,
    runtimeId: Namespace,
    work: (given: Work) => Promise<T>,
  ): Promise<T> {
    if (!equalBytes(header.namespace, runtimeId)) throw errors.otherRuntime()
    const consensusRoot = stateBefore(consensusBlock)
    const state = this.#trees.take(stateRootOf(header))
    const consensus = this.#trees.take(consensusRoot)
    const trees = [
      { endpoint: STORAGE_ENDPOINTS.runtime, tree: state },
      { endpoint: STORAGE_ENDPOINTS.consensus, tree: consensus },
    ]
    const call = new HostCall(this.connection, trees, this.#abort.signal)
    const { height: consensusHeight } = consensusBlock
    const known = { runtimeId, header, epoch, maxMessages, consensusHeight }
    try {
      const result = await work({ call, state, context: { ...known, consensus, ask: call.ask } })
      this.#trees.giveBack(state)
      this.#trees.giveBack(consensus)
      return result
    } catch (error) {
      state.dispose()
      consensus.dispose()
      throw error
    }
  }
}

interface Work {
  readonly call: HostCall
  readonly state: ReturnType<TreeCache['take']>
  readonly context: RuntimeContext
}

const EMPTY: Body = { kind: 'Empty', body: {} }

function refuse(message: string): Body {
  return { kind: 'Error', body: { module: 'rhp/dispatcher', code: 1, message } }
}

function signResults(header: ComputeResultsHeader): RawSignature {
  const message = encode(ComputeResultsHeader, header)
  return RawSignature.check(INSECURE_RAK.sign(contextOf(contexts.computeResultsHeader), message))
}
