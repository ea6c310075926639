import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  AdmissionPolicy,
  type ExecutorParameters,
  type Runtime,
  RuntimeGovernanceModel,
  RuntimeStakingParameters,
  type StorageParameters,
  type TxnSchedulerParameters,
} from '@wadi/consensus/registry/runtime'
import { ThresholdKind } from '@wadi/consensus/staking'
import { namespace } from '@wadi/primitives/namespace'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import {
  computeRuntime,
  keyManagerRuntime,
  putRuntime,
  type RegistryOptions,
  registryContext,
} from '../testing/testRegistry.ts'
import { verifyKeyManagerOf, verifyRuntime } from './verifyRuntime.ts'

const invalid = { module: 'registry', code: 1 }
const forbidden = { module: 'registry', code: 16 }
const KIND = ThresholdKind.names
const MODEL = RuntimeGovernanceModel.names
const productive = namespace(new Uint8Array(24).fill(1))
const productiveKeyManager = namespace(new Uint8Array(24).fill(1), { isKeyManager: true })

function verify(runtime: Runtime, options: RegistryOptions = {}): void {
  verifyRuntime(registryContext(options), runtime, 10n)
}

function refuses(runtime: Runtime, error: object = invalid, options: RegistryOptions = {}): void {
  assert.throws(() => verify(runtime, options), error)
}

describe("a runtime's descriptor", () => {
  it('has version 3 and one of two kinds', () => {
    verify(computeRuntime())
    verify(keyManagerRuntime())
    for (const v of [0, 2, 4]) refuses(computeRuntime({ v }))
    for (const kind of [0, 3]) refuses(computeRuntime({ kind }))
  })

  it('has the flag of key managers if it is one, and no key manager then', () => {
    refuses(computeRuntime({ id: keyManagerRuntime().id }))
    refuses(keyManagerRuntime({ id: computeRuntime().id }))
    refuses(keyManagerRuntime({ keyManager: computeRuntime().id }))
    refuses(computeRuntime({ keyManager: computeRuntime().id }))
  })

  it('of a key manager asks for SGX, unless it is for tests', () => {
    refuses(keyManagerRuntime({ id: productiveKeyManager }))
    refuses(keyManagerRuntime({ id: productiveKeyManager, teeHardware: 1 }), {
      module: 'registry',
      code: 5,
    })
  })

  it('bounds the committee and its patience', () => {
    const { executor } = computeRuntime()
    const of = (fields: Partial<ExecutorParameters>) =>
      computeRuntime({ executor: { ...executor, ...fields } })
    refuses(of({ groupSize: 0 }))
    verify(of({ groupSize: 3, allowedStragglers: 3 }))
    refuses(of({ groupSize: 3, allowedStragglers: 4 }))
    verify(of({ groupSize: 3, groupBackupSize: 2, allowedStragglers: 2 }))
    refuses(of({ groupSize: 3, groupBackupSize: 2, allowedStragglers: 3 }))
    verify(of({ roundTimeout: 1n }))
    refuses(of({ roundTimeout: 0n }))
    refuses(of({ roundTimeout: -1n }))
    verify(of({ minLiveRoundsPercent: 100, maxMissedProposalsPercent: 255 }))
    refuses(of({ minLiveRoundsPercent: 101 }))
  })

  it('bounds batches', () => {
    const { txnScheduler } = computeRuntime()
    const of = (fields: Partial<TxnSchedulerParameters>) =>
      computeRuntime({ txnScheduler: { ...txnScheduler, ...fields } })
    refuses(of({ batchFlushTimeout: 49_999_999n }))
    refuses(of({ maxBatchSize: 0n }))
    refuses(of({ maxBatchSizeBytes: 1023n }))
    refuses(of({ proposeBatchTimeout: 999_999_999n }))
    verify(of({ batchFlushTimeout: 1_000_000_000n }))
    refuses(of({ batchFlushTimeout: 1_000_000_001n }))
  })

  it('bounds checkpoints if there are any, but not where the node is in debug mode', () => {
    const least = { checkpointInterval: 10n, checkpointNumKept: 1n, checkpointChunkSize: 1048576n }
    const of = (fields: Partial<StorageParameters>) =>
      computeRuntime({ storage: { ...least, ...fields } })
    verify(of({}))
    verify(of({ checkpointInterval: 0n, checkpointNumKept: 0n, checkpointChunkSize: 0n }))
    for (const fields of [
      { checkpointInterval: 9n },
      { checkpointNumKept: 0n },
      { checkpointChunkSize: 1048575n },
    ]) {
      refuses(of(fields))
      verify(of(fields), { isDebug: true })
    }
  })

  it('bounds rewards, and has thresholds for its own kinds of nodes only', () => {
    const of = (fields: Partial<RuntimeStakingParameters>) => make(RuntimeStakingParameters, fields)
    const threshold = (kind: bigint) =>
      of({ thresholds: keyedMap<bigint, Quantity>(ThresholdKind, [[kind, quantity(1n)]]) })
    verify(computeRuntime({ staking: of({ rewardEquivocation: 100, rewardBadResults: 100 }) }))
    refuses(computeRuntime({ staking: of({ rewardEquivocation: 101 }) }))
    refuses(computeRuntime({ staking: of({ rewardBadResults: 101 }) }))
    const compute: readonly bigint[] = [KIND['node-compute'], KIND['node-observer']]
    for (const kind of [...Object.values(KIND), 8n, -1n]) {
      const staking = threshold(kind)
      if (compute.includes(kind)) verify(computeRuntime({ staking }))
      else refuses(computeRuntime({ staking }))
      if (kind === KIND['node-keymanager']) verify(keyManagerRuntime({ staking }))
      else refuses(keyManagerRuntime({ staking }))
    }
  })

  it('has a policy of admission and deployments', () => {
    refuses(computeRuntime({ admissionPolicy: make(AdmissionPolicy, {}) }))
    refuses(computeRuntime({ deployments: [] }))
    refuses(computeRuntime({ deployments: [undefined] }))
  })

  it('is for tests only where that is allowed', () => {
    refuses(computeRuntime(), invalid, { params: { debugAllowTestRuntimes: false } })
    verify(computeRuntime({ id: productive }), { params: { debugAllowTestRuntimes: false } })
  })

  it('is governed as the network allows, else it is registry/16', () => {
    const none = keyedMap<number, boolean>(RuntimeGovernanceModel, [])
    const off = keyedMap<number, boolean>(RuntimeGovernanceModel, [[MODEL.entity, false]])
    refuses(computeRuntime(), forbidden, { params: { enableRuntimeGovernanceModels: none } })
    refuses(computeRuntime(), forbidden, { params: { enableRuntimeGovernanceModels: off } })
    for (const governanceModel of [0, 4]) refuses(computeRuntime({ governanceModel }))
  })

  it('governs itself only if it is a compute runtime', () => {
    verify(computeRuntime({ governanceModel: MODEL.runtime }))
    refuses(keyManagerRuntime({ governanceModel: MODEL.runtime }))
    verify(keyManagerRuntime({ governanceModel: MODEL.consensus }))
  })

  it('asks for no enclave or for SGX', () => {
    refuses(computeRuntime({ teeHardware: 2 }))
    refuses(computeRuntime({ teeHardware: 1 }), { module: 'registry', code: 5 })
  })
})

describe("a runtime's key manager", () => {
  const { state } = registryContext()
  const keyManager = keyManagerRuntime().id
  putRuntime(state, keyManagerRuntime())
  putRuntime(state, computeRuntime())

  it('is registered, else it is registry/11', () => {
    verifyKeyManagerOf(state, computeRuntime({ keyManager }))
    const runtime = computeRuntime({ keyManager: productive })
    assert.throws(() => verifyKeyManagerOf(state, runtime), { module: 'registry', code: 11 })
  })

  it('is a key manager', () => {
    const runtime = computeRuntime({ keyManager: computeRuntime().id })
    assert.throws(() => verifyKeyManagerOf(state, runtime), invalid)
  })

  it('serves runtimes in SGX, and those for tests', () => {
    const runtime = computeRuntime({ id: productive, keyManager })
    assert.throws(() => verifyKeyManagerOf(state, runtime), invalid)
    verifyKeyManagerOf(state, { ...runtime, teeHardware: 1 })
  })
})
