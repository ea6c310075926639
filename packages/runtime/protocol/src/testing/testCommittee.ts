/** Committees, commitments and signatures for tests. */

import { toUtf8 } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import {
  ComputeResultsHeader,
  ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import { Committee, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createMemorySigner, testSeed } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { EMPTY_HASH, type Hash, hashOfBytes } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Verified } from '@wadi/primitives/verified'
import type { RuntimeSignatures } from '../commitments/executorCommitment.ts'

export const RUNTIME_ID = testNamespace(toUtf8('runtime of the tests'))

export const OTHER_RUNTIME_ID = testNamespace(toUtf8('another runtime'))

export const SIGNATURES: RuntimeSignatures = {
  rules: signatureRules(forbidKeys([])),
  chainContext: 'c0'.repeat(32),
  runtimeId: RUNTIME_ID,
}

export function testSigner(name: string): Signer {
  return createMemorySigner('node', testSeed(`runtime protocol: ${name}`))
}

/** A key that nobody has: the committee's rules never check signatures. */
export function testKey(name: string): PublicKey {
  return PublicKey.check(hashOfBytes(toUtf8(name)))
}

export function testHash(name: string): Hash {
  return hashOfBytes(toUtf8(name))
}

/** A committee of named workers and backup workers. */
export function testCommittee(workers: string, backupWorkers = ''): Committee {
  const { worker, 'backup-worker': backupWorker } = CommitteeRole.names
  const membersOf = (names: string, role: CommitteeRole) =>
    [...names].map((name) => ({ role, publicKey: testKey(name) }))
  const members = [...membersOf(workers, worker), ...membersOf(backupWorkers, backupWorker)]
  return { ...zero(Committee), members }
}

/** Results that differ by name. */
export function testResults(name: string, fields: Partial<ComputeResultsHeader> = {}) {
  const root = testHash(name)
  return make(ComputeResultsHeader, {
    ioRoot: root,
    stateRoot: root,
    messagesHash: EMPTY_HASH,
    inMsgsHash: EMPTY_HASH,
    ...fields,
  })
}

export interface TestCommitment {
  readonly node: string
  readonly scheduler: string
  /** The name of a result; a failure if there is none. */
  readonly result?: string
  readonly round?: bigint
}

/** A commitment that passes for verified, although nobody signed it. */
export function testCommitment(options: TestCommitment): Verified<ExecutorCommitment> {
  const { node, scheduler, result, round = 0n } = options
  const isFailed = result === undefined
  const header = make(ExecutorCommitmentHeader, {
    schedulerId: testKey(scheduler),
    header: isFailed ? make(ComputeResultsHeader, { round }) : testResults(result, { round }),
    failure: isFailed ? FAILURES.unknown : FAILURES.none,
  })
  const commitment = make(ExecutorCommitment, { nodeId: testKey(node), header })
  return commitment as Verified<ExecutorCommitment>
}
