/** What must hold of a runtime's descriptor, whoever registers it. */

import { equalBytes } from '@wadi/base/bytes'
import type { Parameters } from '@wadi/consensus/registry'
import { errors } from '@wadi/consensus/registry/errors'
import {
  RUNTIME_KINDS,
  RUNTIME_VERSION,
  type Runtime,
  RuntimeGovernanceModel,
} from '@wadi/consensus/registry/runtime'
import { ThresholdKind } from '@wadi/consensus/staking'
import type { Epoch } from '@wadi/primitives/epoch'
import { isKeyManager, isTest } from '@wadi/primitives/namespace'
import { TEE_HARDWARE } from '@wadi/primitives/node'
import type { Context } from '../kernel/context.ts'
import type { ReadableState } from '../kernel/state.ts'
import {
  BATCH_BYTES_MIN,
  BATCH_FLUSH_TIMEOUT_MIN,
  BATCH_SIZE_MIN,
  CHECKPOINT_CHUNK_BYTES_MIN,
  CHECKPOINT_INTERVAL_MIN,
  PROPOSER_TIMEOUT_MIN,
} from '../limits.ts'
import { hasLatestRules } from './actions.ts'
import { checkAdmissionPolicy } from './admission.ts'
import { checkDeployments, type DeploymentRules } from './deployments.ts'
import { anyRuntimeOf, parametersOf } from './queries.ts'

const PERCENT_MAX = 100
const KIND = ThresholdKind.names
const THRESHOLDS_OF_KINDS: ReadonlyMap<number, readonly bigint[]> = new Map([
  [RUNTIME_KINDS.compute, [KIND['node-compute'], KIND['node-observer']]],
  [RUNTIME_KINDS.keyManager, [KIND['node-keymanager']]],
])

/** The rules for deployments in an epoch. */
export function deploymentRules(ctx: Context, epoch: Epoch): DeploymentRules {
  const params = parametersOf(ctx.state)
  return {
    epoch,
    countMax: params.maxRuntimeDeployments,
    features: params.teeFeatures,
    hasFmspcAllowList: hasLatestRules(ctx),
  }
}

/** Refuses a descriptor that nobody may register. */
export function verifyRuntime(ctx: Context, runtime: Runtime, epoch: Epoch): void {
  const params = parametersOf(ctx.state)
  checkDescriptor(ctx, runtime)
  checkPermission(params, runtime)
  if (runtime.teeHardware > TEE_HARDWARE.intelSgx)
    throw errors.invalidArgument('invalid TEE hardware')
  checkDeployments(runtime, deploymentRules(ctx, epoch))
  checkGovernance(runtime)
}

function checkPermission(params: Parameters, { id, governanceModel }: Runtime): void {
  if (isTest(id) && !params.debugAllowTestRuntimes)
    throw errors.invalidArgument('test runtime not allowed')
  if (params.enableRuntimeGovernanceModels.get(governanceModel) !== true)
    throw errors.forbidden('runtime governance model is not enabled')
}

/** Only compute runtimes send messages, by which a runtime governs itself. */
function checkGovernance({ governanceModel, kind }: Runtime): void {
  const isOwn = governanceModel === RuntimeGovernanceModel.names.runtime
  if (isOwn && kind !== RUNTIME_KINDS.compute)
    throw errors.invalidArgument('runtime governance can only be used with compute runtimes')
}

/** What a descriptor is looked at with that is not registered yet. */
export interface DescriptorTerms {
  readonly chain: Pick<Context['chain'], 'isDebug' | 'signatures'>
}

/** What is wrong with a descriptor on any chain. It is registry/1 in any order. */
export function checkDescriptor(terms: DescriptorTerms, runtime: Runtime): void {
  const { kind, v, governanceModel, deployments } = runtime
  if (v !== RUNTIME_VERSION) throw errors.invalidArgument('invalid runtime descriptor version')
  if (kind === RUNTIME_KINDS.compute) checkComputeRuntime(terms, runtime)
  else if (kind === RUNTIME_KINDS.keyManager) checkKeyManagerRuntime(runtime)
  else throw errors.invalidArgument('bad runtime kind')
  checkStaking(runtime)
  checkAdmissionPolicy(runtime.admissionPolicy, terms.chain.signatures.forbidden)
  if (governanceModel < 1 || governanceModel > 3)
    throw errors.invalidArgument('unsupported governance model')
  if (deployments.length === 0) throw errors.invalidArgument('no deployment information specified')
}

function checkComputeRuntime({ chain }: DescriptorTerms, runtime: Runtime): void {
  const { id, keyManager } = runtime
  if (isKeyManager(id))
    throw errors.invalidArgument('compute runtime ID has the key manager flag set')
  if (keyManager !== undefined && equalBytes(id, keyManager))
    throw errors.invalidArgument('compute runtime has self as key manager')
  checkExecutor(runtime)
  checkTxnScheduler(runtime)
  // COMPAT(oasis-core): a flag of the node decides about what consensus accepts.
  if (!chain.isDebug) checkStorage(runtime)
}

function checkKeyManagerRuntime({ id, keyManager, teeHardware }: Runtime): void {
  if (!isKeyManager(id))
    throw errors.invalidArgument('key manager runtime ID does not have the key manager flag set')
  if (keyManager !== undefined)
    throw errors.invalidArgument('key manager runtime cannot itself have a key manager')
  if (!isTest(id) && teeHardware !== TEE_HARDWARE.intelSgx)
    throw errors.invalidArgument('non-SGX keymanager runtime')
}

function checkExecutor({ executor }: Runtime): void {
  const { groupSize, groupBackupSize, allowedStragglers } = executor
  if (groupSize === 0) throw errors.invalidArgument('executor primary group too small')
  const stragglersMax = groupBackupSize > 0 ? Math.min(groupSize, groupBackupSize) : groupSize
  if (allowedStragglers > stragglersMax)
    throw errors.invalidArgument('number of allowed stragglers too large')
  if (executor.roundTimeout <= 0n) throw errors.invalidArgument('round timeout too small')
  // COMPAT(oasis-core): how many proposals may be missed is not bounded.
  if (executor.minLiveRoundsPercent > PERCENT_MAX)
    throw errors.invalidArgument('minimum live rounds percentage cannot be greater than 100')
}

function checkTxnScheduler({ txnScheduler }: Runtime): void {
  const { batchFlushTimeout, maxBatchSize, maxBatchSizeBytes, proposeBatchTimeout } = txnScheduler
  if (batchFlushTimeout < BATCH_FLUSH_TIMEOUT_MIN)
    throw errors.invalidArgument('transaction scheduler batch flush timeout too small')
  if (maxBatchSize < BATCH_SIZE_MIN)
    throw errors.invalidArgument('transaction scheduler max batch size too small')
  if (maxBatchSizeBytes < BATCH_BYTES_MIN)
    throw errors.invalidArgument('transaction scheduler max batch bytes size too small')
  if (proposeBatchTimeout < PROPOSER_TIMEOUT_MIN)
    throw errors.invalidArgument('transaction scheduler proposer timeout too small')
  if (batchFlushTimeout > proposeBatchTimeout)
    throw errors.invalidArgument('batch flush timeout greater than proposer timeout')
}

function checkStorage({ storage }: Runtime): void {
  const { checkpointInterval, checkpointNumKept, checkpointChunkSize } = storage
  if (checkpointInterval === 0n) return
  if (checkpointInterval < CHECKPOINT_INTERVAL_MIN)
    throw errors.invalidArgument('storage CheckpointInterval parameter too small')
  if (checkpointNumKept === 0n)
    throw errors.invalidArgument('storage CheckpointNumKept parameter too small')
  if (checkpointChunkSize < CHECKPOINT_CHUNK_BYTES_MIN)
    throw errors.invalidArgument('storage CheckpointChunkSize parameter too small')
}

function checkStaking({ staking, kind }: Runtime): void {
  if (staking.rewardEquivocation > PERCENT_MAX || staking.rewardBadResults > PERCENT_MAX)
    throw errors.invalidArgument('runtime reward percentage from slashing must be <= 100')
  for (const threshold of staking.thresholds.keys())
    if (THRESHOLDS_OF_KINDS.get(kind)?.includes(threshold) !== true)
      throw errors.invalidArgument('unsupported staking threshold kind for runtime')
}

/** Refuses a compute runtime whose key manager is none, or is not for the likes of it. */
export function verifyKeyManagerOf(state: ReadableState, runtime: Runtime): void {
  if (runtime.kind !== RUNTIME_KINDS.compute || runtime.keyManager === undefined) return
  const keyManager = anyRuntimeOf(state, runtime.keyManager)
  if (keyManager === undefined) throw errors.noSuchRuntime()
  if (keyManager.kind !== RUNTIME_KINDS.keyManager)
    throw errors.invalidArgument('key manager is none')
  if (!isTest(runtime.id) && runtime.teeHardware !== TEE_HARDWARE.intelSgx)
    throw errors.invalidArgument('compute runtime without SGX using key manager')
}
