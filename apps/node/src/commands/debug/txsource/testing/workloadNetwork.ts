/** A network that leaves something to do for every workload. For tests. */

import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import type { NetworkOptions } from '@wadi/compose/network-genesis'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  RUNTIME_KINDS,
  type Runtime,
  RuntimeGovernanceModel,
} from '@wadi/consensus/registry/runtime'
import { CommissionScheduleRules } from '@wadi/consensus/staking'
import { quantity } from '@wadi/primitives/quantity'
import { testEntity } from '@wadi/provisioning/test-entity'
import { addressOf } from '../transactionSender.ts'

const BALANCE = 10n ** 15n
const DEPLOYMENTS = 5
const MESSAGES = 32
const FLUSH = 100_000_000n

/** Runtimes take messages, and do not wait long for more transactions. */
function livelier(runtime: Runtime): Runtime {
  const { txnScheduler } = runtime
  const scheduling = { maxInMessages: MESSAGES, batchFlushTimeout: FLUSH }
  return { ...runtime, txnScheduler: { ...txnScheduler, ...scheduling } }
}

/**
 * Schedules of commissions, runtimes of entities, messages between the layers, and a debonding that
 * somebody lives to see.
 */
function withAllKinds(document: GenesisDocument): GenesisDocument {
  const { staking, registry } = document
  const commissionScheduleRules = make(CommissionScheduleRules, {
    rateChangeInterval: 2n,
    rateBoundLead: 4n,
    maxRateSteps: 20,
    maxBoundSteps: 20,
    minCommissionRate: quantity(1_000n),
  })
  const models = RuntimeGovernanceModel.names
  const enableRuntimeGovernanceModels = keyedMap(
    RuntimeGovernanceModel,
    [models.entity, models.runtime].map((model) => [model, true] as const),
  )
  return {
    ...document,
    staking: {
      ...staking,
      params: {
        ...staking.params,
        commissionScheduleRules,
        debondingInterval: 2n,
      },
    },
    registry: {
      ...registry,
      runtimes: registry.runtimes.map((one) =>
        one?.kind === RUNTIME_KINDS.compute ? livelier(one) : one,
      ),
      params: {
        ...registry.params,
        enableRuntimeGovernanceModels,
        maxRuntimeDeployments: DEPLOYMENTS,
      },
    },
  }
}

/** The test entity has all tokens. */
export function workloadNetwork(options: Omit<NetworkOptions, 'accounts'>): NetworkOptions {
  const { signer } = testEntity()
  const accounts = [{ signer, address: addressOf(signer) }]
  return { balance: BALANCE, ...options, accounts, change: withAllKinds }
}
