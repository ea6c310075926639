import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode, make } from '@wadi/cbor/codec'
import { InitResponse, SignedInitResponse } from '@wadi/consensus/keymanager'
import { NodeRuntime } from '@wadi/primitives/node'
import { testKey } from '../testing/testNodes.ts'
import { initResponseOf } from './initResponse.ts'
import {
  enclaveEntry,
  extraInfo,
  keyManagerContext,
  RUNTIME,
  rakOf,
  refused,
  runtimeEntry,
  SGX_RUNTIME,
} from './testing/testEnclaves.ts'

function said(nodeRuntime: NodeRuntime, runtime = RUNTIME): InitResponse {
  const ctx = keyManagerContext({ runtime, verifyAttestation: () => undefined })
  return initResponseOf(ctx, { nodeId: testKey(1), nodeRuntime, runtime })
}

describe('what an enclave said when it started', () => {
  it('is believed if its key signed it', () => {
    const response = make(InitResponse, { isSecure: true })
    assert.deepEqual(said(runtimeEntry({ extraInfo: extraInfo(response) })), response)
    assert.deepEqual(said(enclaveEntry(1, response), SGX_RUNTIME), response)
  })

  it('has to be there', () => {
    assert.throws(() => said(runtimeEntry({ extraInfo: undefined })), refused('noExtraInfo'))
  })

  it('is not believed with another signature, or none', () => {
    const invalid = refused('invalidInitResponse')
    assert.throws(() => said(runtimeEntry({ extraInfo: extraInfo({}, rakOf(1)) })), invalid)
    const { initResponse } = make(SignedInitResponse, {})
    for (const signature of [undefined, new Uint8Array(63), new Uint8Array(64)]) {
      const unsigned = encode(SignedInitResponse, { initResponse, signature })
      assert.throws(() => said(runtimeEntry({ extraInfo: unsigned })), invalid)
    }
  })

  it('is not asked of the wrong hardware', () => {
    const mismatch = { module: 'registry', code: 8 }
    assert.throws(() => said(make(NodeRuntime, {}), SGX_RUNTIME), mismatch)
  })
})
