/** What a workload is, and what it works with. */

import { CodedError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Namespace } from '@wadi/primitives/namespace'
import type { NodeClient } from '@wadi/sdk/node-client'
import { errors } from './errors.ts'
import type { WaitingWorld } from './patientTransport.ts'
import type { TransactionSender } from './transactionSender.ts'

/** What workloads that ask or use a runtime are told. */
export interface QueryChoices {
  /** So many last states are asked for. */
  readonly keptVersions: bigint
  /** The runtime that is asked about, and called, if there is one. */
  readonly runtimeId: Namespace | undefined
  /** Does the node follow it, so that its rounds can be asked for? */
  readonly asksRounds: boolean
}

/** See the top of this file. Every choice follows from `random`. */
export interface WorkloadWorld {
  readonly client: NodeClient
  readonly sender: TransactionSender
  /** Who pays. */
  readonly funds: Signer
  /** Entities of validators, for what only they may do. */
  readonly validatorEntities: readonly Signer[]
  readonly random: RandomSource
  readonly queries: QueryChoices
  readonly waiting: WaitingWorld
  readonly log: Logger
  /** Waits, and answers whether there is to be another iteration. */
  goesOn(pauseMs: number): Promise<boolean>
}

/** Goes on until it is told to end, or until something contradicts its bookkeeping. */
export interface Workload {
  readonly needsFunds: boolean
  run(world: WorkloadWorld): Promise<void>
}

/** Was it the network that said no? An error of ours is no refusal. */
function isRefusal(error: unknown): error is CodedError {
  return error instanceof CodedError && !error.reason.startsWith('txsource.')
}

/** The refusal of something; undefined if it was done. */
export async function refusalOf(run: () => Promise<unknown>): Promise<CodedError | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

/** Does what the network has to refuse. */
export async function mustFail(what: string, run: () => Promise<unknown>): Promise<void> {
  if ((await refusalOf(run)) === undefined) throw errors.notRefused(what)
}

/**
 * Does what can only be done up to an epoch: while a node is away, epochs pass. Was it done? That
 * it was refused in time is thrown.
 */
export async function doneBefore(
  { client, sender }: Pick<WorkloadWorld, 'client' | 'sender'>,
  last: Epoch,
  run: () => Promise<unknown>,
): Promise<boolean> {
  const refusal = await refusalOf(run)
  if (refusal === undefined) return true
  const epoch = await client.beacon.getEpoch(await sender.caughtUp())
  if (epoch <= last) throw refusal
  return false
}
