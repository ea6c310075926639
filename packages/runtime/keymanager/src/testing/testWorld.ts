/** A committee of key managers and a consensus layer, in memory and without waiting. */

import { toHex } from '@wadi/base/bytes'
import { FakeClock } from '@wadi/base/clock'
import { CodedError } from '@wadi/base/errors'
import { SeededRandom } from '@wadi/base/random'
import { decodeRust, encode, encodeRust, make, type Schema } from '@wadi/cbor/codec'
import { currentEpoch } from '@wadi/consensus/beacon/keys'
import { type SignedEncryptedMasterSecret, Status } from '@wadi/consensus/keymanager'
import * as keyManagerKeys from '@wadi/consensus/keymanager/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Runtime } from '@wadi/consensus/registry/runtime'
import type { X25519 } from '@wadi/crypto/x25519/x25519'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet } from '@wadi/mkvs/syncer'
import { createTree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { Node, NodeRuntime } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { MultiSigned } from '@wadi/primitives/signed'
import { RpcMessage, RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Conversation, Need } from '../conversation.ts'
import { insecureIdentity } from '../identity.ts'
import { type KeyCall, KeyServer } from '../keyServer.ts'
import { type PolicyRules, testTrustedSigners } from '../policy.ts'
import { blockMetadataAnswer } from './blockMetadata.ts'

/** The key manager, and a runtime that it serves. */
export const KEY_MANAGER_ID: Namespace = Namespace.check(
  new Uint8Array(32).fill(0x11, 8).fill(0xc0, 0, 1),
)
export const RUNTIME_ID: Namespace = Namespace.check(new Uint8Array(32).fill(0x22, 8))

const arena = new Arena()

/** A node of the committee. What its host sees and does can be looked at and changed. */
export class TestNode {
  readonly id: PublicKey
  readonly server: KeyServer
  readonly storage = new Map<string, Uint8Array>()
  readonly asked: Body[] = []
  isUp = true

  constructor(id: PublicKey, server: KeyServer) {
    this.id = id
    this.server = server
  }
}

/** Who is asked by whom: whatever comes back is what the host says. */
export type Intercept = (request: Body, next: () => Body) => Body

/** An agreement that hides nothing, but is one: sessions are tested elsewhere. */
const cheapX25519: X25519 = {
  publicKey: (privateKey) => privateKey,
  agree: (privateKey, publicKey) => privateKey.map((byte, i) => byte ^ publicKey[i]! ^ 1),
}

/** Without a policy everybody may have everything. */
export const OPEN_POLICY: Omit<PolicyRules, 'enclave'> = {
  trusted: testTrustedSigners,
  access: 'for everybody',
}

export class TestWorld {
  /** For whoever talks to the nodes. */
  readonly x25519: X25519
  readonly clock: FakeClock = new FakeClock(1_700_000_000_000)
  readonly random: SeededRandom = new SeededRandom(7n)
  readonly nodes: TestNode[] = []
  readonly feedback: number[] = []
  pausedMs = 0
  height = 10n
  epoch = 1n
  intercept: Intercept = (_, next) => next()
  #status: Status = make(Status, { id: KEY_MANAGER_ID, isInitialized: true })
  #state = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })

  /** Nodes that talk to real runtimes agree as those do. */
  constructor(nodeCount: number, policy = OPEN_POLICY, x25519 = cheapX25519) {
    this.x25519 = x25519
    for (let index = 0; index < nodeCount; index++) this.addNode(index, policy)
    const runtime = make(Runtime, { id: RUNTIME_ID, keyManager: KEY_MANAGER_ID })
    const { keys, value } = registryKeys.runtimes
    this.#state.insert(keys.encode(RUNTIME_ID), value.encode(runtime))
    this.setStatus({})
  }

  /** A node with an enclave that knows nothing yet. */
  addNode(index: number, policy = OPEN_POLICY): TestNode {
    const id = PublicKey.check(new Uint8Array(32).fill(index + 1))
    const { clock, random } = this
    const options = { identity: insecureIdentity, policy, random, clock, x25519: this.x25519 }
    const node = new TestNode(id, new KeyServer(KEY_MANAGER_ID, options))
    this.nodes[index] = node
    this.#register(id)
    return node
  }

  #register(id: PublicKey): void {
    const runtimes = [make(NodeRuntime, { id: KEY_MANAGER_ID })]
    const untrustedRawValue = encode(Node, make(Node, { v: 3, id, runtimes }))
    const { keys, value } = registryKeys.nodes
    const signed = make(MultiSigned, { untrustedRawValue })
    this.#state.insert(keys.encode(id), value.encode(signed))
    this.setStatus({})
  }

  get status(): Status {
    return this.#status
  }

  get stateRoot(): Hash {
    return Hash.check(this.#state.root.hash)
  }

  /** What the consensus layer says of the key manager; all nodes are in the committee. */
  setStatus(change: Partial<Status>): void {
    const nodes = this.nodes.map(({ id }) => id)
    this.#status = { ...this.#status, nodes, ...change }
    const { keys, value } = keyManagerKeys.statuses
    this.#state.insert(keys.encode(KEY_MANAGER_ID), value.encode(this.#status))
    this.#commit()
  }

  /** Puts a secret into the consensus layer as it is. */
  publish<T>(
    table: { readonly keys: { encode(id: Namespace): Uint8Array } },
    schema: Schema<T>,
    secret: T,
  ): void {
    this.#state.insert(table.keys.encode(KEY_MANAGER_ID), encode(schema, secret))
    this.#commit()
  }

  /** The next epoch begins. */
  nextEpoch(): void {
    this.epoch++
    this.#commit()
  }

  /** The consensus layer accepts a proposal. */
  accept({ secret }: SignedEncryptedMasterSecret): void {
    const { generation } = secret
    const { checksum } = secret.secret
    this.setStatus({ generation, checksum })
  }

  #commit(): void {
    const { keys, value } = currentEpoch
    this.#state.insert(keys.encode(), value.encode({ epoch: this.epoch, height: 1n }))
    this.height++
    this.#state.commit({ version: this.height, baseAddress: Number(this.height) })
  }

  /** Calls a node's own enclave. */
  local<T>(node: TestNode, method: string, [args, result]: readonly [Uint8Array, Schema<T>]): T {
    const request = encodeRust(RpcRequest, { method, args })
    const call = { kind: 'RuntimeLocalRPCCallRequest', body: { request } } as const
    const answer = this.serve(node, call)
    if (answer.kind !== 'RuntimeLocalRPCCallResponse') throw new CodedError('test', 1, 'test', 'no')
    const message = decodeRust(RpcMessage, answer.body.response)
    if (message.kind !== 'Response') throw new CodedError('test', 1, 'test.kind', 'no response')
    const { body } = message.body
    if (body.kind === 'Error') throw new CodedError('test', 1, 'test.refused', body.body)
    return decodeRust(result, body.body.length === 0 ? Uint8Array.of(0xf6) : body.body)
  }

  /** What a node's enclave answers its host. */
  serve(node: TestNode, call: KeyCall): Body {
    return this.run(node, node.server.serve(call))
  }

  /** Runs a conversation on a node; on none if it is that of somebody else. */
  run<T>(node: TestNode | undefined, conversation: Conversation<T>): T {
    let step = conversation.next()
    while (!step.done) step = conversation.next(this.#give(node, step.value))
    return step.value
  }

  #give(node: TestNode | undefined, need: Need): Body | undefined {
    if (need.kind === 'pause') {
      this.pausedMs += need.milliseconds
      return undefined
    }
    const { request } = need
    node?.asked.push(request)
    return this.intercept(request, () => this.answer(node, request))
  }

  /** What the host of a node says, or that of somebody else. */
  answer(node: TestNode | undefined, request: Body): Body {
    switch (request.kind) {
      case 'HostFetchConsensusBlockRequest': {
        const { height } = request.body
        const block = { height: height === 0n ? this.height : height, meta: new Uint8Array(0) }
        return { kind: 'HostFetchConsensusBlockResponse', body: { block } }
      }
      case 'HostFetchBlockMetadataTxRequest':
        return blockMetadataAnswer(this.stateRoot)
      case 'HostStorageSyncRequest': {
        const proof = proveGet(this.#state, request.body.syncGet!)
        return { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } }
      }
      case 'HostLocalStorageGetRequest': {
        const value = node?.storage.get(toHex(request.body.key))
        return { kind: 'HostLocalStorageGetResponse', body: { value } }
      }
      case 'HostLocalStorageSetRequest':
        node?.storage.set(toHex(request.body.key), request.body.value)
        return { kind: 'HostLocalStorageSetResponse', body: {} }
      case 'HostSubmitPeerFeedbackRequest':
        this.feedback.push(request.body.peerFeedback)
        return { kind: 'HostSubmitPeerFeedbackResponse', body: {} }
      case 'HostRPCCallRequest':
        return this.#route(node, request.body)
      default:
        return refusal('not here')
    }
  }

  /** The first of the nodes that is up, whoever asks. */
  #route(
    from: TestNode | undefined,
    { request, kind, nodes }: Extract<Body, { kind: 'HostRPCCallRequest' }>['body'],
  ): Body {
    const names = new Set((nodes ?? []).map(toHex))
    const others = this.nodes.filter((node) => node !== from && node.isUp)
    const target = others.find(({ id }) => names.size === 0 || names.has(toHex(id)))
    if (target === undefined) return refusal('no peers given to service the request')
    const peerId = from?.id ?? new Uint8Array(0)
    try {
      const body = { request, kind, peerId }
      const answer = this.serve(target, { kind: 'RuntimeRPCCallRequest', body })
      if (answer.kind !== 'RuntimeRPCCallResponse') return refusal('not a call')
      const { response } = answer.body
      return { kind: 'HostRPCCallResponse', body: { response, node: target.id } }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      const { module, code, message } = error
      return { kind: 'Error', body: { module, code, message } }
    }
  }
}

function refusal(message: string): Body {
  return { kind: 'Error', body: { module: 'unknown', code: 1, message } }
}
