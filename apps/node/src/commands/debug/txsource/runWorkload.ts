/** From a node and a seed to a workload that runs. */

import type { Logger } from '@wadi/base/log'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { CallTransport } from '@wadi/grpc/call-transport'
import type { Quantity } from '@wadi/primitives/quantity'
import { createNodeClient } from '@wadi/sdk/node-client'
import { patientTransport } from './patientTransport.ts'
import { drawSigner, workloadRandom } from './randomChoice.ts'
import { addressOf, type Committed, TransactionSender } from './transactionSender.ts'
import type { QueryChoices, WorkloadWorld } from './workload.ts'
import { type WorkloadName, workloads } from './workloads.ts'

export type { Committed }

/** What a workload has to spend, as in the reference. */
const FUNDS = 10_000_000_000n

/** What a run is made of. */
export interface WorkloadOptions {
  readonly name: WorkloadName
  /** At least 32 bytes. */
  readonly seed: string
  readonly transport: CallTransport
  readonly chainContext: string
  readonly gasPrice: Quantity
  /** Whose tokens are spent. */
  readonly source: Signer
  readonly validatorEntities: readonly Signer[]
  readonly queries: QueryChoices
  readonly log: Logger
  readonly goesOn: WorkloadWorld['goesOn']
  readonly onCommitted?: (committed: Committed) => void
}

/** Runs a workload to its end. */
export async function runWorkload(options: WorkloadOptions): Promise<void> {
  const { name, seed, chainContext, gasPrice, source, onCommitted, ...rest } = options
  const world = { clock: processClock, timers: nodeTimers }
  const client = createNodeClient(patientTransport(options.transport, world))
  const noted = onCommitted === undefined ? {} : { onCommitted }
  const sender = new TransactionSender({ client, chainContext, gasPrice, world, ...noted })
  const workload = workloads[name]
  const random = workloadRandom(seed, name)
  await client.nodeController.waitSync()
  const funds = drawSigner(random)
  if (workload.needsFunds) await sender.transfer(source, addressOf(funds), FUNDS)
  options.log.info('begins', { workload: name })
  await workload.run({ ...rest, client, sender, funds, random, waiting: world })
  options.log.info('ends', { workload: name })
}
