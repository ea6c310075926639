/** The runtime side of the host protocol, for a runtime that is a value. */

import type { Duplex } from 'node:stream'
import { equalBytes } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
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
import { stateRootOf } from '@wadi/runtime-protocol/block'
import { computeResults } from '@wadi/runtime-protocol/computeBatch'
import { EXECUTION_MODES } from '@wadi/runtime-protocol/host-protocol/batches'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { STORAGE_ENDPOINTS } from '@wadi/runtime-protocol/host-protocol/services'
import type {
  HostInformation,
  Request,
  Runtime,
  RuntimeContext,
} from '@wadi/runtime-protocol/runtime'
import { stateBefore } from './consensusState.ts'
import { converse } from './converse.ts'
import { errors } from './errors.ts'
import { GuessedState } from './guessedState.ts'
import { announce, refuse, refuseHost, tell } from './handshake.ts'
import { HostCall } from './hostCall.ts'
import { HostConnection } from './hostConnection.ts'
import { KeyQueue } from './keyQueue.ts'
import { type GuestWorld, processWorld } from './processWorld.ts'
import { TreeCache } from './treeCache.ts'

/** The key of everybody who has no enclave: whoever looks knows that it says nothing. */
const INSECURE_RAK = createTestSigner('node', 'ekiden test key manager RAK seed')

/** Serves a host until it has gone. Rejects if the host did not keep to the protocol. */
export async function serveRuntime(
  runtime: Runtime,
  stream: Duplex,
  world: GuestWorld = processWorld,
): Promise<void> {
  const guest = new Guest(runtime, stream, world)
  await guest.connection.run()
}

/** What a request works upon. */
interface Base {
  readonly consensusBlock: LightBlock
  readonly header: Header
  readonly epoch: bigint
  readonly maxMessages: number
}

/** What there is since the handshake. */
interface Greeted {
  readonly runtimeId: Namespace
  readonly host: HostInformation
  readonly keys: KeyQueue
}

/** A runtime with its host. */
class Guest {
  readonly connection: HostConnection
  readonly #runtime: Runtime
  readonly #world: GuestWorld
  readonly #trees = new TreeCache()
  #greeted: Greeted | undefined
  #abort = new AbortController()

  constructor(runtime: Runtime, stream: Duplex, world: GuestWorld) {
    this.#runtime = runtime
    this.#world = world
    this.connection = new HostConnection(stream, (request) => this.#answer(request))
  }

  async #answer(request: Body | undefined): Promise<Body> {
    try {
      return await this.#serve(request)
    } catch (error) {
      // Memory may be what is missing.
      if (error instanceof UnavailableError) this.#trees.clear()
      return tell(error)
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
        if (this.#greeted === undefined)
          return refuse('host environment information not configured')
        return this.#work(request, this.#greeted)
    }
  }

  async #work(request: Body | undefined, greeted: Greeted): Promise<Body> {
    switch (request?.kind) {
      case 'RuntimeCheckTxBatchRequest':
        return this.#check(request, greeted)
      case 'RuntimeExecuteTxBatchRequest':
        return this.#execute(request, greeted)
      case 'RuntimeQueryRequest':
        return this.#query(request, greeted)
      case 'RuntimeConsensusSyncRequest':
        // COMPAT(oasis-core): without a trust root the block is fetched, and nobody looks at it.
        await converse(this.connection, greeted.keys.client.view.sync(request.body.height))
        return { kind: 'RuntimeConsensusSyncResponse', body: {} }
      case 'RuntimeKeyManagerStatusUpdateRequest':
        await greeted.keys.updateStatus(request.body.status)
        return { kind: 'RuntimeKeyManagerStatusUpdateResponse', body: {} }
      case 'RuntimeKeyManagerQuotePolicyUpdateRequest':
        return { kind: 'RuntimeKeyManagerQuotePolicyUpdateResponse', body: {} }
      case 'RuntimeNotifyRequest':
        return EMPTY
      default:
        return refuse('method not supported')
    }
  }

  #shakeHands(request: Request<'RuntimeInfoRequest'>): Body {
    const refused = refuseHost(request, this.#greeted === undefined ? 'not greeted' : 'greeted')
    if (refused !== undefined) return refused
    const { runtimeId, consensusChainContext: chainContext, localConfig } = request.body
    const keys = new KeyQueue(this.connection, runtimeId, this.#world)
    this.#greeted = { runtimeId, host: { chainContext, localConfig }, keys }
    const { version, initialBatchSize } = this.#runtime
    return announce({ version, scheduleControl: { initialBatchSize } })
  }

  async #check({ body }: Request<'RuntimeCheckTxBatchRequest'>, greeted: Greeted): Promise<Body> {
    const inputs = body.inputs ?? []
    const base = { ...body, header: body.block.header }
    const results = await this.#withTrees(base, greeted, ({ call, context, state }) =>
      call.run('read', () => this.#runtime.check(context, state, inputs)),
    )
    return { kind: 'RuntimeCheckTxBatchResponse', body: { results } }
  }

  async #query({ body }: Request<'RuntimeQueryRequest'>, greeted: Greeted): Promise<Body> {
    const { method, args } = body
    const data = await this.#withTrees(body, greeted, ({ call, context, state }) =>
      call.run('read', () => this.#runtime.query(context, state, { method, args })),
    )
    return { kind: 'RuntimeQueryResponse', body: { data } }
  }

  async #execute(
    { body }: Request<'RuntimeExecuteTxBatchRequest'>,
    greeted: Greeted,
  ): Promise<Body> {
    const { header } = body.block
    const { ioRoot, inMessages, roundResults = make(RoundResults, {}) } = body
    const isGiven = body.mode === EXECUTION_MODES.execute
    const mode = isGiven ? 'execute' : 'schedule'
    const batch = { mode, inputs: body.inputs ?? [], inMessages, roundResults } as const
    const { arena } = this.#trees
    const results = await this.#withTrees({ ...body, header }, greeted, async (work) => {
      const { call, context, state } = work
      const tryOut = () => {
        const overlay = new Overlay(arena, state)
        try {
          return { overlay, outcome: this.#runtime.execute(context, overlay, batch) }
        } catch (error) {
          overlay.dispose()
          throw error
        }
      }
      const drop = ({ overlay }: ReturnType<typeof tryOut>) => overlay.dispose()
      const { overlay, outcome } = await call.run('read', tryOut, drop)
      try {
        this.#trees.keepCopy(state.tree)
        // May be begun again: what is written or removed twice is so once.
        await call.run('write', () => overlay.commit())
      } finally {
        overlay.dispose()
      }
      const inputRoot = isGiven ? ioRoot : undefined
      return computeResults(
        { arena, state: state.tree },
        { header, inMessages, inputRoot },
        outcome,
      )
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
    { runtimeId, host, keys }: Greeted,
    work: (given: Work) => Promise<T>,
  ): Promise<T> {
    if (!equalBytes(header.namespace, runtimeId)) throw errors.otherRuntime()
    const consensusRoot = stateBefore(consensusBlock)
    const state = new GuessedState(this.#trees.take(stateRootOf(header)))
    const consensus = new GuessedState(this.#trees.take(consensusRoot))
    const trees = [
      { endpoint: STORAGE_ENDPOINTS.runtime, state },
      { endpoint: STORAGE_ENDPOINTS.consensus, state: consensus },
    ]
    const call = new HostCall({ connection: this.connection, keys }, trees, this.#abort.signal)
    const { height: consensusHeight } = consensusBlock
    keys.client.view.see(consensusHeight)
    const known = { runtimeId, host, header, epoch, maxMessages, consensusHeight }
    try {
      const context = { ...known, consensus, ask: call.ask, keys: call.keys }
      const result = await work({ call, state, context })
      this.#trees.giveBack(state.tree)
      this.#trees.giveBack(consensus.tree)
      return result
    } catch (error) {
      state.tree.dispose()
      consensus.tree.dispose()
      throw error
    }
  }
}

interface Work {
  readonly call: HostCall
  readonly state: GuessedState
  readonly context: RuntimeContext
}

const EMPTY: Body = { kind: 'Empty', body: {} }

function signResults(header: ComputeResultsHeader): RawSignature {
  const message = encode(ComputeResultsHeader, header)
  return RawSignature.check(INSECURE_RAK.sign(contextOf(contexts.computeResultsHeader), message))
}
