import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { encode, make } from '@wadi/cbor/codec'
import { TransactionEvent } from '@wadi/consensus/consensus/api'
import type { RuntimeServices } from '@wadi/contracts/runtime-services'
import { proveGet } from '@wadi/mkvs/syncer'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RawSignature } from '@wadi/primitives/signed'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import {
  EVENT_KINDS,
  HostRpcCallRequest,
  STORAGE_ENDPOINTS,
  StorageSyncRequest,
  SubmitTxRequest,
} from '@wadi/runtime-protocol/host-protocol/services'
import { keyvalueState } from '../testing/keyvalueCalls.ts'
import { memoryServices } from '../testing/memoryChain.ts'
import { answerRequest } from './answerRequest.ts'

const { signal } = new AbortController()
const state = keyvalueState()
const good = memoryServices(state)
const root = { ...state.root, namespace: Namespace.zero, hash: Hash.check(state.root.hash) }
const syncGet = {
  tree: { root, position: root.hash },
  key: toUtf8('key 7'),
  includeSiblings: false,
  proofVersion: 0,
}

const answer = (request: Body | undefined, services: RuntimeServices = good) =>
  answerRequest(services, request, signal)

const read = (request: Partial<StorageSyncRequest>): Body => ({
  kind: 'HostStorageSyncRequest',
  body: make(StorageSyncRequest, request),
})

const call = (endpoint: string): Body => ({
  kind: 'HostRPCCallRequest',
  body: make(HostRpcCallRequest, { endpoint }),
})

const noMethod = { module: 'unknown', code: 1, message: 'method not supported' }
const noEndpoint = { module: 'unknown', code: 1, message: 'endpoint not supported' }

describe('what a runtime asks', () => {
  it('and nobody knows is refused in the words of the reference', async () => {
    await assert.rejects(answer(undefined), noMethod)
    await assert.rejects(answer({ kind: 'RuntimePingRequest', body: {} }), noMethod)
    await assert.rejects(answer({ kind: 'Empty', body: {} }), noMethod)
    const submit: Body = { kind: 'HostSubmitTxRequest', body: make(SubmitTxRequest, {}) }
    await assert.rejects(answer(submit), noMethod)
    const notify = { runtimeBlock: true, runtimeEvent: undefined }
    await assert.rejects(answer({ kind: 'HostRegisterNotifyRequest', body: notify }), noMethod)
  })

  it('of a state is answered with a proof', async () => {
    const { body } = await answer(read({ endpoint: STORAGE_ENDPOINTS.runtime, syncGet }))
    assert.deepEqual(body, { proofResponse: { proof: proveGet(state, syncGet) } })
  })

  it('of a state in no way, or of no such state, is refused', async () => {
    await assert.rejects(answer(read({})), noMethod)
    await assert.rejects(answer(read({ endpoint: 2, syncGet })), noEndpoint)
    const { runtimeState: _none, ...keyManager } = good
    await assert.rejects(answer(read({ syncGet }), keyManager), noEndpoint)
    const other = { ...syncGet, tree: { root: { ...root, version: 6n }, position: root.hash } }
    await assert.rejects(answer(read({ syncGet: other })), { module: 'unknown' })
    const badVersion = { ...syncGet, proofVersion: 7 }
    await assert.rejects(answer(read({ syncGet: badVersion })), { module: 'unknown' })
  })

  it('of its local storage is kept for it', async () => {
    const key = toUtf8('k')
    const get: Body = { kind: 'HostLocalStorageGetRequest', body: { key } }
    const services = memoryServices(state)
    const absent = { kind: 'HostLocalStorageGetResponse', body: { value: undefined } }
    assert.deepEqual(await answer(get, services), absent)
    const value = toUtf8('v')
    await answer({ kind: 'HostLocalStorageSetRequest', body: { key, value } }, services)
    assert.deepEqual((await answer(get, services)).body, { value })
  })

  it('of another enclave goes to the key manager, and nowhere else', async () => {
    const feedback = { endpoint: 'key-manager', requestId: 7n, peerFeedback: 2 }
    const heard: unknown[] = []
    const response = { response: Uint8Array.of(1), node: PublicKey.zero }
    const services = {
      ...good,
      keyManager: { call: () => response, submitFeedback: (each: unknown) => heard.push(each) },
    }
    assert.deepEqual((await answer(call('key-manager'), services)).body, response)
    await answer({ kind: 'HostSubmitPeerFeedbackRequest', body: feedback }, services)
    assert.deepEqual(heard, [feedback])
    await assert.rejects(answer(call('ronl'), services), noEndpoint)
    await assert.rejects(answer(call('key-manager')), noEndpoint)
    const other = { ...feedback, endpoint: 'x' }
    const request: Body = { kind: 'HostSubmitPeerFeedbackRequest', body: other }
    await assert.rejects(answer(request, services), noEndpoint)
  })

  it('of a light block is asked of others when it is not here', async () => {
    const missing = () => {
      throw new UnavailableError('test.gone', 'it is gone')
    }
    const block = { height: 3n, meta: Uint8Array.of(3) }
    const consensus = { ...good.consensus, lightBlock: missing, validators: missing }
    const lightProvider = { lightBlock: () => block, validators: () => block }
    const asked = [
      { kind: 'HostFetchConsensusBlockRequest', body: { height: 3n } },
      { kind: 'HostFetchConsensusValidatorsRequest', body: { height: 3n } },
    ] as const
    for (const request of asked) {
      const { body } = await answer(request, { ...good, consensus, lightProvider })
      assert.deepEqual(Object.values(body), [block])
    }
    const [fetchBlock, fetchValidators] = asked
    await assert.rejects(answer(fetchBlock, { ...good, consensus }), {
      message: 'failed to fetch light block for height 3: it is gone',
    })
    await assert.rejects(answer(fetchValidators, { ...good, consensus }), {
      message: 'failed to fetch validator for height 3: it is gone',
    })
  })

  it('of events names one service, or none', async () => {
    const asked: string[] = []
    const events: RuntimeServices['consensus']['events'] = (_height, service) => {
      asked.push(service)
      return [make(TransactionEvent, {})]
    }
    const services = { ...good, consensus: { ...good.consensus, events } }
    const ask = (kind: number) =>
      answer({ kind: 'HostFetchConsensusEventsRequest', body: { height: 1n, kind } }, services)
    for (const kind of Object.values(EVENT_KINDS)) await ask(kind)
    assert.deepEqual(asked, ['staking', 'registry', 'roothash', 'governance'])
    await assert.rejects(ask(0), noMethod)
    await assert.rejects(ask(5), noMethod)
  })

  it('of the metadata of a block is its last transaction of that kind', async () => {
    const transaction = (method: string, nonce: bigint) => {
      const inner = { ...make(Transaction, { method, nonce }) }
      const untrustedRawValue = encode(Transaction, inner)
      const signature = {
        publicKey: PublicKey.zero,
        signature: RawSignature.check(new Uint8Array(64)),
      }
      return encode(SignedTransaction, { untrustedRawValue, signature })
    }
    const metadata = transaction('consensus.Meta', 2n)
    const transactions = [
      transaction('consensus.Meta', 1n),
      metadata,
      transaction('staking.Transfer', 3n),
      Uint8Array.of(0xff),
    ]
    const proofs = transactions.map((_, i) => Uint8Array.of(i))
    const within = (count: number) => ({
      ...good,
      consensus: {
        ...good.consensus,
        transactions: () => ({
          transactions: transactions.slice(-count),
          proofs: proofs.slice(-count),
        }),
      },
    })
    const request: Body = { kind: 'HostFetchBlockMetadataTxRequest', body: { height: 4n } }
    const { body } = await answer(request, within(4))
    const { signedTx, proof } = body as { signedTx: SignedTransaction; proof: unknown }
    assert.deepEqual(encode(SignedTransaction, signedTx), metadata)
    assert.deepEqual(proof, { height: 4n, rawProof: Uint8Array.of(1) })
    const message = 'block metadata transaction not found'
    await assert.rejects(answer(request, within(2)), { message })
  })

  it('of the pool, the genesis, the node and freshness is answered by those who know', async () => {
    const batch = [Uint8Array.of(1)]
    const limits: number[] = []
    const services: RuntimeServices = {
      ...good,
      fetchBatch: (_after, limit) => {
        limits.push(limit)
        return batch
      },
    }
    const fetch: Body = { kind: 'HostFetchTxBatchRequest', body: { offset: undefined, limit: 9 } }
    assert.deepEqual((await answer(fetch, services)).body, { batch })
    assert.deepEqual(limits, [9])
    await assert.rejects(answer(fetch), noMethod)
    const genesis = await answer({ kind: 'HostFetchGenesisHeightRequest', body: {} })
    assert.deepEqual(genesis.body, { height: 1n })
    const identity = await answer({ kind: 'HostIdentityRequest', body: {} })
    assert.deepEqual(identity.body, { nodeId: PublicKey.zero })
    const blob = new Uint8Array(32)
    await assert.rejects(answer({ kind: 'HostProveFreshnessRequest', body: { blob } }), {
      message: 'not in memory',
    })
  })
})
