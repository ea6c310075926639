import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { make } from '@wadi/cbor/codec'
import { TransactionError } from '@wadi/consensus/consensus/api'
import type { OffChainServices } from '@wadi/contracts/runtime-services'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SubmittedTransaction } from '@wadi/runtime-protocol/client/api'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { HostRpcCallRequest } from '@wadi/runtime-protocol/host-protocol/services'
import { ON_CHAIN_CALL_MS, SUBMIT_MS } from '../limits.ts'
import { keyvalueState } from '../testing/keyvalueCalls.ts'
import { memoryServices } from '../testing/memoryChain.ts'
import { settle } from '../testing/settle.ts'
import { answerOffChain } from './answerOffChain.ts'

const { signal } = new AbortController()
const id = { kind: 'rofl', name: 'oracle' }
const never = () => new Promise<never>(() => undefined)

class Asking {
  readonly time = new VirtualTime()
  readonly keys: string[] = []
  readonly heard: unknown[] = []
  offChain: OffChainServices = {
    callOnChain: (request) => Uint8Array.of(...request, 7),
    submit: (request, how) => {
      this.heard.push([how, request])
      return make(SubmittedTransaction, { data: Uint8Array.of(1), round: 5n, batchOrder: 2 })
    },
    registerNotify: (request) => this.heard.push(request),
  }

  answer(request: Body | undefined): Promise<Body> {
    const memory = memoryServices(keyvalueState())
    const localStorage = {
      get: (key: Uint8Array) => void this.keys.push(parseUtf8(key)),
      set: (key: Uint8Array) => void this.keys.push(parseUtf8(key)),
    }
    const { offChain, time: timers } = this
    const services = { ...memory, localStorage }
    return answerOffChain({ id, services, offChain, timers }, request, signal)
  }

  call(endpoint: string, kind: number): Promise<Body> {
    const body = make(HostRpcCallRequest, { endpoint, kind, request: Uint8Array.of(1) })
    return this.answer({ kind: 'HostRPCCallRequest', body })
  }

  submit(wait: boolean): Promise<Body> {
    const body = { runtimeId: Namespace.zero, data: Uint8Array.of(9), wait, prove: false }
    return this.answer({ kind: 'HostSubmitTxRequest', body })
  }
}

describe('what a program beside the runtime on the chain asks', () => {
  it('of local storage is kept under its own name', async () => {
    const asking = new Asking()
    const key = toUtf8('k')
    await asking.answer({ kind: 'HostLocalStorageGetRequest', body: { key } })
    await asking.answer({ kind: 'HostLocalStorageSetRequest', body: { key, value: key } })
    assert.deepEqual(asking.keys, ['rofl.oracle:k', 'rofl.oracle:k'])
  })

  it('of the enclave on the chain has to be a secure session', async () => {
    const asking = new Asking()
    const { body } = await asking.call('ronl', RPC_KINDS.noiseSession)
    assert.deepEqual(body, { response: Uint8Array.of(1, 7), node: PublicKey.zero })
    await assert.rejects(asking.call('ronl', RPC_KINDS.insecureQuery), {
      message: 'only secure noise sessions are allowed',
    })
    asking.offChain = { ...asking.offChain, callOnChain: undefined }
    const message = 'endpoint not supported'
    await assert.rejects(asking.call('ronl', RPC_KINDS.noiseSession), { message })
  })

  it(`of it may take ${ON_CHAIN_CALL_MS} ms and no longer`, async () => {
    const asking = new Asking()
    asking.offChain = { ...asking.offChain, callOnChain: never }
    const late = assert.rejects(asking.call('ronl', 0), { reason: 'runtimeHost.overdue' })
    await settle()
    asking.time.advance(ON_CHAIN_CALL_MS - 1)
    assert.equal(asking.time.pending, 1)
    asking.time.advance(1)
    await late
  })

  it('of managing others is refused by name', async () => {
    const asking = new Asking()
    for (const endpoint of ['bundle-manager', 'volume-manager', 'log-manager', 'attestation']) {
      const message = `${endpoint} is not available on this node`
      await assert.rejects(asking.call(endpoint, RPC_KINDS.localQuery), { message })
      await assert.rejects(asking.call(endpoint, RPC_KINDS.noiseSession), {
        message: 'endpoint not supported',
      })
    }
  })

  it('of a transaction is submitted, and its block waited for if it likes', async () => {
    const asking = new Asking()
    const request = { runtimeId: Namespace.zero, data: Uint8Array.of(9) }
    const told = { output: Uint8Array.of(1), round: 5n, batchOrder: 2, proof: undefined }
    assert.deepEqual((await asking.submit(true)).body, told)
    const nothing = { output: new Uint8Array(), round: 0n, batchOrder: 0, proof: undefined }
    assert.deepEqual((await asking.submit(false)).body, nothing)
    assert.deepEqual(asking.heard, [
      ['wait', request],
      ['hand-on', request],
    ])
  })

  it('of a transaction that is no good is refused as the reference does', async () => {
    const asking = new Asking()
    const checkTxError = make(TransactionError, { module: 'm', code: 3, message: 'no' })
    const submit = () => make(SubmittedTransaction, { checkTxError })
    asking.offChain = { ...asking.offChain, submit }
    const why = 'runtime error: module: m code: 3 message: no'
    await assert.rejects(asking.submit(true), {
      module: 'runtime/client',
      code: 5,
      message: `client: transaction check failed: ${why}`,
    })
  })

  it(`of a transaction may wait for ${SUBMIT_MS} ms and no longer`, async () => {
    const asking = new Asking()
    asking.offChain = { ...asking.offChain, submit: never }
    const late = assert.rejects(asking.submit(true), { reason: 'runtimeHost.overdue' })
    await settle()
    asking.time.advance(SUBMIT_MS)
    await late
  })

  it('of notices is registered, and of anything else answered as to the runtime itself', async () => {
    const asking = new Asking()
    const body = { runtimeBlock: true, runtimeEvent: undefined }
    const { kind } = await asking.answer({ kind: 'HostRegisterNotifyRequest', body })
    assert.equal(kind, 'HostRegisterNotifyResponse')
    assert.deepEqual(asking.heard, [body])
    const identity = await asking.answer({ kind: 'HostIdentityRequest', body: {} })
    assert.equal(identity.kind, 'HostIdentityResponse')
    await assert.rejects(asking.answer(undefined), { message: 'method not supported' })
    await assert.rejects(asking.call('elsewhere', 0), { message: 'endpoint not supported' })
  })
})
