import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import {
  GenerateEphemeralSecretRequest,
  GenerateMasterSecretRequest,
  InitRequest,
  LoadEphemeralSecretRequest,
  LoadMasterSecretRequest,
} from '@wadi/runtime-keymanager/methods'
import { RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { LocalEnclave } from '@wadi/workers/local-enclave'
import '../src/coverage.ts'
import { type Exchange, readRecording } from '../src/recordedKeyCalls.ts'
import { listFolder } from '../src/vectors.ts'

const RECORDINGS = listFolder('rhp').filter((name) => name.includes('-key-manager.'))
/** Without an enclave the keys of tests sign. */
const RULES = signatureRules(forbidKeys([]))

/** What a node had its enclave do. */
function localCallOf({ request: { body } }: Exchange): Uint8Array | undefined {
  return body.kind === 'RuntimeLocalRPCCallRequest' ? body.body.request : undefined
}

/** Has our node call the enclave for the same. */
async function callFor(enclave: LocalEnclave, { method, args }: RpcRequest): Promise<unknown> {
  switch (method) {
    case 'init':
      return await enclave.init(decode(InitRequest, args).status)
    case 'generate_master_secret': {
      const { generation, epoch } = decode(GenerateMasterSecretRequest, args)
      return await enclave.generateMaster(generation, epoch)
    }
    case 'generate_ephemeral_secret':
      return await enclave.generateEphemeral(decode(GenerateEphemeralSecretRequest, args).epoch)
    case 'load_master_secret':
      return await enclave.loadMaster(decode(LoadMasterSecretRequest, args).signedSecret)
    case 'load_ephemeral_secret':
      return await enclave.loadEphemeral(decode(LoadEphemeralSecretRequest, args).signedSecret)
    default:
      return assert.fail(`no node calls ${method}`)
  }
}

describe('our node in the place of a recorded one', () => {
  for (const file of RECORDINGS) {
    it(`${file}: says the same to its key manager, and believes its answers`, async () => {
      const counts = new Map<string, number>()
      let refused = 0
      for (const exchange of readRecording(file).exchanges) {
        const recorded = localCallOf(exchange)
        if (recorded === undefined) continue
        let said: Uint8Array | undefined
        const host = {
          capabilityTee: undefined,
          call: async (request: Body) => {
            assert.ok(request.kind === 'RuntimeLocalRPCCallRequest')
            said = request.body.request
            return exchange.answer.body
          },
        } as unknown as HostedRuntime
        const call = decode(RpcRequest, recorded)
        counts.set(call.method, (counts.get(call.method) ?? 0) + 1)
        await callFor(new LocalEnclave(host, RULES), call).catch((error: unknown) => {
          if (!isTold(error)) throw error
          assert.equal(error.reason, 'workers/keymanager.refused', error.message)
          refused++
        })
        assert.ok(said !== undefined)
        assert.equal(toHex(said), toHex(recorded))
      }
      assert.equal(counts.size, 5, [...counts.keys()].join())
      assert.ok([...counts.values()].reduce((sum, one) => sum + one) > refused)
    })
  }
})
