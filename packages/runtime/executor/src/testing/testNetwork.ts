/** Keys, descriptors and committees of a test's network. */

import { toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import {
  ExecutorParameters,
  Runtime,
  RuntimeStakingParameters,
  type StorageParameters,
  TxnSchedulerParameters,
} from '@wadi/consensus/registry/runtime'
import { Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { signatureRules } from '@wadi/crypto/signature/verification'
import type { Epoch } from '@wadi/primitives/epoch'
import { testNamespace } from '@wadi/primitives/namespace'
import { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'

export const RUNTIME_ID = testNamespace(toUtf8('runtime of the executor tests'))
export const CHAIN_CONTEXT = 'c0'.repeat(32)
export const RULES = signatureRules(forbidKeys([]))
export const SIGNATURES = { rules: RULES, chainContext: CHAIN_CONTEXT, runtimeId: RUNTIME_ID }

const NANOSECONDS_PER_MS = 1_000_000n

/** A node of the network, by a number. */
export interface TestMember {
  readonly signer: Signer
  readonly id: PublicKey
  readonly node: Node
}

export function testMember(i: number): TestMember {
  const signer = createTestSigner('node', `executor ${i}`)
  const p2p = PublicKey.check(createTestSigner('p2p', `executor p2p ${i}`).publicKey)
  const id = PublicKey.check(signer.publicKey)
  const node = make(Node, { id, p2p: { id: p2p, addresses: undefined } })
  return { signer, id, node }
}

/** How a test's runtime is set up. Times are in milliseconds. */
export interface TestRuntimeOptions {
  readonly allowedStragglers?: number
  /** In blocks of the consensus layer. */
  readonly roundTimeout?: bigint
  readonly flushMs?: bigint
  readonly turnMs?: bigint
  readonly maxBatchSize?: bigint
  readonly maxBatchSizeBytes?: bigint
  readonly maxMessages?: number
  readonly storage?: StorageParameters
}

export function testRuntime(options: TestRuntimeOptions = {}): Runtime {
  const { allowedStragglers = 0, roundTimeout = 5n, flushMs = 10_000n, turnMs = 2_000n } = options
  const { maxBatchSize = 100n, maxBatchSizeBytes = 100_000n, maxMessages = 32, storage } = options
  return make(Runtime, {
    id: RUNTIME_ID,
    executor: make(ExecutorParameters, { allowedStragglers, roundTimeout, maxMessages }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: flushMs * NANOSECONDS_PER_MS,
      proposeBatchTimeout: turnMs * NANOSECONDS_PER_MS,
      maxBatchSize,
      maxBatchSizeBytes,
      maxInMessages: 32,
    }),
    staking: make(RuntimeStakingParameters, {}),
    ...(storage && { storage }),
  })
}

/** Workers first, then backup workers. */
export function testCommittee(
  workers: readonly PublicKey[],
  backupWorkers: readonly PublicKey[],
  validFor: Epoch = 1n,
): Committee {
  const { worker, 'backup-worker': backupWorker } = CommitteeRole.names
  const membersOf = (keys: readonly PublicKey[], role: CommitteeRole) =>
    keys.map((publicKey) => ({ role, publicKey }))
  const members = [...membersOf(workers, worker), ...membersOf(backupWorkers, backupWorker)]
  return { ...zero(Committee), kind: 1, runtimeId: RUNTIME_ID, validFor, members }
}
