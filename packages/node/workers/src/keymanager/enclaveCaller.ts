/**
 * Calls the enclaves of a key manager on other nodes, for the runtime that has it. Which nodes
 * those are is in the key manager's status; which of them is asked next time, in what the runtime
 * says of those that have answered.
 */

import { equalBytes, toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import type { Status } from '@wadi/consensus/keymanager'
import { errors as registryErrors } from '@wadi/consensus/registry/errors'
import type { Feedback, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { EnclaveCaller as Caller } from '@wadi/contracts/runtime-services'
import { RUNTIME_SERVICES, runtimeProtocolOf } from '@wadi/libp2p/names'
import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import {
  type HostRpcCallRequest,
  type HostRpcCallResponse,
  PEER_FEEDBACK,
  type SubmitPeerFeedbackRequest,
} from '@wadi/runtime-protocol/host-protocol/services'
import { keyManagerMethods } from '@wadi/runtime-protocol/peers/methods'
import type { Ask } from '../chain.ts'
import { keyManagerErrors } from '../errors.ts'
import { FEEDBACK_MS_MAX, RATED_CALLS_MAX, WATCH_RETRY_MS } from '../limits.ts'
import { askPeers } from '../peers/askPeers.ts'
import { SoleWork } from '../shells/soleWork.ts'
import { statusAt } from './keyManagerState.ts'

/** What calls are made with. */
export interface EnclaveCallerOptions {
  readonly ask: Ask
  readonly network: Pick<RuntimeNetwork, 'ask' | 'want' | 'setImportant'>
  readonly chainContext: string
  readonly world: { readonly clock: Clock; readonly timers: Timers; readonly log: Logger }
  /** Is told when the key manager can be asked, or cannot any more. */
  readonly onAvailability?: (isAvailable: boolean) => void
  readonly onFatal: (error: unknown) => void
}

/** A node of the key manager: its own key, and the one that it has in the network. */
interface KeyManagerNode {
  readonly id: PublicKey
  readonly peer: PublicKey
}

interface RatedCall {
  readonly feedback: Feedback
  readonly atMs: number
}

/** See the top of this file. */
export class EnclaveCaller implements Caller {
  readonly #options: EnclaveCallerOptions
  readonly #work: SoleWork
  #id: Namespace | undefined
  #height = 0n
  /** Undefined before there was a status with nodes. */
  #nodes: readonly KeyManagerNode[] | undefined
  /** The nodes of the status that was looked at last. */
  #known: readonly PublicKey[] = []
  /** The peer that answered last, for runtimes that number no calls. */
  #last: Feedback | undefined
  /** By the numbers of the calls; the oldest is first. */
  readonly #rated = new Map<bigint, RatedCall>()

  constructor(options: EnclaveCallerOptions) {
    this.#options = options
    this.#work = new SoleWork({
      ...options.world,
      work: () => this.#look(),
      failure: 'the nodes of the key manager cannot be looked up',
      retryMs: () => WATCH_RETRY_MS,
      onFatal: options.onFatal,
    })
  }

  /** Can anybody be asked? */
  get isAvailable(): boolean {
    return this.#nodes !== undefined
  }

  /** The runtime's key manager is that one, or none any more. */
  setKeyManager(id: Namespace | undefined): void {
    if (id === this.#id || (id && this.#id && equalBytes(id, this.#id))) return
    this.#id = id
    this.#known = []
    this.#last = undefined
    this.#rated.clear()
    this.#setNodes(undefined)
    if (id === undefined) return
    const { keymanager } = RUNTIME_SERVICES
    this.#options.network.want(this.#protocolOf(id), keymanager.wanted)
    this.#work.go()
  }

  /** To be called when the consensus layer has come to a height. */
  applied(height: bigint): void {
    this.#height = height
    if (this.#id !== undefined) this.#work.go()
  }

  /** Looks at nothing any more. Calls that are under way end by their signals. */
  stop(): Promise<void> {
    return this.#work.stop()
  }

  async call(request: HostRpcCallRequest, signal: AbortSignal): Promise<HostRpcCallResponse> {
    const { requestId, request: data, kind, nodes: wanted = [], peerFeedback } = request
    const id = this.#id
    if (id === undefined) throw keyManagerErrors.notAvailable()
    // COMPAT(oasis-core): who numbers no calls and says nothing was content with the last one.
    if (requestId === 0n && this.#last !== undefined) {
      rate(this.#last, peerFeedback ?? PEER_FEEDBACK.success)
      this.#last = undefined
    }
    const nodes = this.#nodesOf(wanted)
    if (nodes.length === 0 && wanted.length > 0) throw keyManagerErrors.notInCommittee()
    const { value, feedback } = await askPeers(
      this.#options.network,
      {
        protocol: this.#protocolOf(id),
        method: keyManagerMethods.callEnclave,
        request: { data, kind },
      },
      { peers: nodes.map(({ peer }) => peer), signal },
    )
    const node = nodes.find(({ peer }) => equalBytes(peer, feedback.peer))
    if (node === undefined) throw keyManagerErrors.unknownPeer()
    if (this.#id === id) this.#keepFeedback(requestId, feedback)
    return { response: value.data, node: node.id }
  }

  submitFeedback({ requestId, peerFeedback }: SubmitPeerFeedbackRequest): void {
    const rated = this.#rated.get(requestId)
    this.#rated.delete(requestId)
    if (rated === undefined) return
    const ageMs = this.#options.world.clock.monotonicMs() - rated.atMs
    if (ageMs <= FEEDBACK_MS_MAX) rate(rated.feedback, peerFeedback)
  }

  #keepFeedback(requestId: bigint, feedback: Feedback): void {
    if (requestId === 0n) {
      this.#last = feedback
      return
    }
    this.#rated.delete(requestId)
    this.#rated.set(requestId, { feedback, atMs: this.#options.world.clock.monotonicMs() })
    const [oldest] = this.#rated.keys()
    if (this.#rated.size > RATED_CALLS_MAX && oldest !== undefined) this.#rated.delete(oldest)
  }

  /** All of them, or of these those that are any. */
  #nodesOf(wanted: readonly PublicKey[]): readonly KeyManagerNode[] {
    const nodes = this.#nodes ?? []
    if (wanted.length === 0) return nodes
    const ids = new Set(wanted.map(toHex))
    return nodes.filter(({ id }) => ids.has(toHex(id)))
  }

  #protocolOf(id: Namespace): string {
    return runtimeProtocolOf(this.#options.chainContext, RUNTIME_SERVICES.keymanager, id)
  }

  async #look(): Promise<void> {
    const id = this.#id
    const height = this.#height
    if (id === undefined) return
    const status = await statusAt(this.#options.ask, { id, height })
    if (this.#id !== id || !isServing(status)) return
    const { nodes: ids = [] } = status
    if (this.#nodes !== undefined && isSameList(ids, this.#known)) return
    const found = await Promise.all(ids.map((node) => this.#nodeAt(node, height)))
    if (this.#id !== id || this.#work.isStopped) return
    const nodes = found.flatMap((node) => node ?? [])
    const peers = nodes.map(({ peer }) => peer)
    this.#options.network.setImportant('keymanager', id, peers)
    this.#known = ids
    this.#setNodes(nodes)
  }

  /** Undefined for one that is not registered any more. */
  async #nodeAt(id: PublicKey, height: bigint): Promise<KeyManagerNode | undefined> {
    try {
      const { p2p } = await this.#options.ask('Registry/GetNode', { id, height })
      return { id, peer: p2p.id }
    } catch (error) {
      const { code, module } = registryErrors.noSuchNode()
      const isGone = error instanceof CodedError && error.code === code && error.module === module
      if (!isGone) throw error
      return undefined
    }
  }

  #setNodes(nodes: readonly KeyManagerNode[] | undefined): void {
    const wasAvailable = this.isAvailable
    this.#nodes = nodes
    if (this.isAvailable !== wasAvailable) this.#options.onAvailability?.(this.isAvailable)
  }
}

/** Without nodes nobody serves; those that there were are asked on. */
function isServing(status: Status | undefined): status is Status {
  return status?.isInitialized === true && (status.nodes ?? []).length > 0
}

function isSameList(a: readonly PublicKey[], b: readonly PublicKey[]): boolean {
  return a.length === b.length && a.every((key, i) => equalBytes(key, b[i]!))
}

function rate(feedback: Feedback, verdict: number): void {
  if (verdict === PEER_FEEDBACK.success) feedback.succeeded()
  else if (verdict === PEER_FEEDBACK.failure) feedback.failed()
  else if (verdict === PEER_FEEDBACK.badPeer) feedback.misbehaved()
}
