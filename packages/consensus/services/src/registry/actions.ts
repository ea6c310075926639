/** What other services may do to nodes and runtimes. */

import type { NodeStatus } from '@wadi/consensus/registry'
import { errors } from '@wadi/consensus/registry/errors'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Namespace } from '@wadi/primitives/namespace'
import { type CapabilityTee, type NodeRuntime, TEE_HARDWARE } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { type Context, currentTime, lastHeight } from '../kernel/context.ts'
import { emit } from '../kernel/events.ts'
import { hasFeature261 } from '../kernel/features.ts'
import type { State } from '../kernel/state.ts'
import { deploymentOf, parametersOf } from './queries.ts'
import { moveRuntime, writeNodeStatus } from './state.ts'

/** Writes what is held against a node, or for it. */
export function setNodeStatus(state: State, id: PublicKey, status: NodeStatus): void {
  writeNodeStatus(state, id, status)
}

/** Suspends a runtime that runs; registry/11 if it does not. */
export function suspendRuntime(ctx: Context, id: Namespace): void {
  if (!moveRuntime(ctx.state, id, 'suspended')) throw errors.noSuchRuntime()
  if (ctx.mode !== 'checkTx')
    emit(ctx, 'oasis_event_200_registry', 'runtime_suspended', { runtimeId: id })
}

/** Lets a runtime run again if it is suspended, and tells everybody. */
export function resumeRuntime(ctx: Context, runtime: Runtime): void {
  if (!moveRuntime(ctx.state, runtime.id, 'active')) return
  ctx.chain.bus.publish(ctx, 'runtimeResumed', runtime)
  emit(ctx, 'oasis_event_200_registry', 'runtime_started', { runtime })
}

/**
 * Do the rules of 26.1 hold? Those of a chain's first state, whose parameters are not yet written,
 * are the latest ones.
 */
export function hasLatestRules(ctx: Context): boolean {
  return ctx.mode === 'initChain' || hasFeature261(ctx.state)
}

/** An enclave of a node, and the deployment that it claims to be. */
export interface ClaimedEnclave {
  readonly nodeId: PublicKey
  readonly capability: CapabilityTee
  /** The constraints of the deployment, encoded. */
  readonly constraints: Uint8Array | undefined
}

/** Refuses an enclave whose evidence is not good enough for the deployment. */
export function verifyEnclave(ctx: Context, enclave: ClaimedEnclave): void {
  ctx.chain.verifyAttestation({
    ...enclave,
    features: parametersOf(ctx.state).teeFeatures,
    time: currentTime(ctx),
    height: lastHeight(ctx),
    hasFmspcAllowList: hasLatestRules(ctx),
  })
}

/** A runtime as a node says that it runs it, and as it is registered. */
export interface ClaimedRuntime {
  readonly nodeId: PublicKey
  readonly nodeRuntime: NodeRuntime
  readonly runtime: Runtime
}

/** Refuses a node that does not run the runtime in the enclave that the runtime asks for. */
export function checkTee(ctx: Context, { nodeId, nodeRuntime, runtime }: ClaimedRuntime): void {
  const { tee: capability } = nodeRuntime.capabilities
  const hardware = capability?.hardware ?? TEE_HARDWARE.invalid
  if (hardware !== runtime.teeHardware) throw errors.teeHardwareMismatch()
  if (capability === undefined) return
  const deployment = deploymentOf(runtime, nodeRuntime.version)
  if (deployment === undefined)
    throw errors.invalidArgument('node running unknown runtime enclave version')
  verifyEnclave(ctx, { nodeId, capability, constraints: deployment.tee })
}
