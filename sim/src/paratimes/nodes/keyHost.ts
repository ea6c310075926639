/** A hosted key manager without frames, and what its host says to it. */

import { toHex } from '@wadi/base/bytes'
import { CodedError, isTold, UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import { make } from '@wadi/cbor/codec'
import type { HostedRuntime, RuntimeRequestKind } from '@wadi/contracts/runtime-host'
import { Arena } from '@wadi/mkvs/arena'
import { proveGet } from '@wadi/mkvs/syncer'
import { Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { Version } from '@wadi/primitives/version'
import type { Conversation, Need } from '@wadi/runtime-keymanager/conversation'
import type { KeyServer } from '@wadi/runtime-keymanager/keyServer'
import { blockMetadataAnswer } from '@wadi/runtime-keymanager/testing/blockMetadata'
import type { AnswerTo } from '@wadi/runtime-protocol/host-protocol/answers'
import { RuntimeInfoResponse } from '@wadi/runtime-protocol/host-protocol/information'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'
import type { EnclaveCaller } from '@wadi/workers/enclave-caller'
import type { DrivenChain } from '../chain/drivenChain.ts'

/** What a key manager works in. */
export interface KeyHostOptions {
  readonly id: Namespace
  readonly server: KeyServer
  readonly chain: DrivenChain
  readonly heightOf: () => bigint
  /** Keeps what the enclave has sealed; by hex. */
  readonly storage: Map<string, Uint8Array>
  readonly caller: EnclaveCaller
  readonly timers: Timers
  readonly callMs: () => number
  /** What leaves in place of an answer. */
  readonly tamper: (request: Body, answer: Body) => Body
}

const ENDED = new AbortController()

/** A key manager that runs from the beginning. */
export function keyHost(options: KeyHostOptions): HostedRuntime {
  const { id, timers, callMs } = options
  const version = make(Version, { minor: 1 })
  return {
    id,
    version,
    info: make(RuntimeInfoResponse, { runtimeVersion: version }),
    capabilityTee: undefined,
    start: () => {},
    stop: async () => {},
    call: async <K extends RuntimeRequestKind>(request: Request<K>) => {
      await new Promise<void>((resolve) => void timers.after(callMs(), resolve))
      return (await answer(options, request as Body)) as AnswerTo<K>
    },
    abort: async () => {},
    watch: () => () => {},
  }
}

async function answer(options: KeyHostOptions, request: Body): Promise<Body> {
  switch (request.kind) {
    case 'RuntimeRPCCallRequest':
    case 'RuntimeLocalRPCCallRequest':
      return options.tamper(request, await converse(options, options.server.serve(request)))
    case 'RuntimeConsensusSyncRequest':
      await converse(options, options.server.enclave.view.sync(request.body.height))
      return { kind: 'RuntimeConsensusSyncResponse', body: {} }
    default:
      throw new UnavailableError('sim.unknown', `no key manager knows ${request.kind}`)
  }
}

/** Runs a conversation to its end. */
async function converse<T>(options: KeyHostOptions, conversation: Conversation<T>): Promise<T> {
  let step = conversation.next()
  while (!step.done) step = conversation.next(await give(options, step.value))
  return step.value
}

async function give(options: KeyHostOptions, need: Need): Promise<Body | undefined> {
  if (need.kind === 'answer') {
    try {
      return await say(options, need.request)
    } catch (error) {
      if (!isTold(error)) throw error
      const { module, code } = error instanceof CodedError ? error : { module: 'unknown', code: 1 }
      return { kind: 'Error', body: { module, code, message: error.message } }
    }
  }
  await new Promise<void>((resolve) => void options.timers.after(need.milliseconds, resolve))
  return undefined
}

/** What the host says: out of the chain, its disk, and what others say. */
async function say(options: KeyHostOptions, request: Body): Promise<Body> {
  const { chain, heightOf, storage, caller } = options
  switch (request.kind) {
    case 'HostFetchConsensusBlockRequest': {
      const height = request.body.height === 0n ? heightOf() : request.body.height
      const block = { height, meta: new Uint8Array(0) }
      return { kind: 'HostFetchConsensusBlockResponse', body: { block } }
    }
    case 'HostFetchBlockMetadataTxRequest':
      return metadataOf(chain, request.body.height)
    case 'HostStorageSyncRequest': {
      const { syncGet } = request.body
      if (syncGet === undefined) throw new UnavailableError('sim.sync', 'only single keys')
      const tree = chain.own.stateAt(syncGet.tree.root.version, new Arena())
      const proof = proveGet(tree, syncGet)
      return { kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } }
    }
    case 'HostLocalStorageGetRequest': {
      const value = storage.get(toHex(request.body.key))
      return { kind: 'HostLocalStorageGetResponse', body: { value } }
    }
    case 'HostLocalStorageSetRequest':
      storage.set(toHex(request.body.key), request.body.value)
      return { kind: 'HostLocalStorageSetResponse', body: {} }
    case 'HostSubmitPeerFeedbackRequest':
      caller.submitFeedback(request.body)
      return { kind: 'HostSubmitPeerFeedbackResponse', body: {} }
    case 'HostRPCCallRequest': {
      const body = await caller.call(request.body, ENDED.signal)
      return { kind: 'HostRPCCallResponse', body }
    }
    default:
      throw new UnavailableError('sim.unknown', `no host here knows ${request.kind}`)
  }
}

/** The state after a block, as its last transaction says it. */
function metadataOf(chain: DrivenChain, height: bigint): Body {
  const tree = chain.own.stateAt(height, new Arena())
  const stateRoot = Hash.check(tree.rootHash())
  tree.dispose()
  return blockMetadataAnswer(stateRoot)
}
