/** A runtime at work, and nodes that commit to its rounds. */

import { toUtf8 } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as registryKeys from '@wadi/consensus/registry/keys'
import {
  ExecutorParameters,
  Runtime,
  RuntimeStakingParameters,
} from '@wadi/consensus/registry/runtime'
import { Parameters, RuntimeState } from '@wadi/consensus/roothash'
import {
  ComputeResultsHeader,
  type ExecutorCommitment,
  ExecutorCommitmentHeader,
  FAILURES,
} from '@wadi/consensus/roothash/commitments'
import * as keys from '@wadi/consensus/roothash/keys'
import { hashOfMessages, Message, StakingMessage } from '@wadi/consensus/roothash/messages'
import { type Committee, CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import * as schedulerKeys from '@wadi/consensus/scheduler/keys'
import {
  Account,
  EscrowAccount,
  GeneralAccount,
  SharePool,
  SlashReason,
  Parameters as StakingParameters,
} from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import type { Transfer } from '@wadi/consensus/staking/methods'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { EMPTY_HASH, type Hash, hashOfBytes } from '@wadi/primitives/hash'
import { testNamespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { genesisBlock, hashOfHeader, nextRound } from '@wadi/runtime-protocol/block'
import { FRESH_POOL } from '@wadi/runtime-protocol/commitments/addCommitment'
import {
  commitmentContext,
  signCommitment,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import { createBlock } from '../../kernel/block.ts'
import type { Context } from '../../kernel/context.ts'
import { type State, write } from '../../kernel/state.ts'
import { type TestOptions, testContext } from '../../testing/testContext.ts'
import { putNode, testKey, testNode } from '../../testing/testNodes.ts'
import { type KnownRuntimeState, knownRuntimeStateOf } from '../queries.ts'
import { setRuntimeState } from '../state.ts'

export const RUNTIME_ID = testNamespace(toUtf8('runtime of the tests'))

/** The round that the runtime is at; in it the first worker is the primary scheduler. */
export const ROUND = 12n

export function testHash(name: string): Hash {
  return hashOfBytes(toUtf8(name))
}

export function nodeSigner(name: string): Signer {
  return createTestSigner('node', `roothash: ${name}`)
}

export function nodeId(name: string): PublicKey {
  return PublicKey.check(nodeSigner(name).publicKey)
}

/** Each node has an entity of its own. */
export function entityOf(name: string): PublicKey {
  return testKey(1_000_000 + name.charCodeAt(0))
}

export function entityAddress(name: string): Address {
  return stakingAddress(entityOf(name))
}

/** A committee of nodes that are named by single letters. */
export function committeeOfNames(workers: string, backupWorkers = ''): Committee {
  const { worker, 'backup-worker': backupWorker } = CommitteeRole.names
  const membersOf = (names: string, role: CommitteeRole) =>
    [...names].map((name) => ({ role, publicKey: nodeId(name) }))
  return {
    kind: CommitteeKind.names.executor,
    members: [...membersOf(workers, worker), ...membersOf(backupWorkers, backupWorker)],
    runtimeId: RUNTIME_ID,
    validFor: 5n,
  }
}

/** What a test may want to be different. */
export interface TestRuntimeOptions {
  /** Nodes by single letters. */
  readonly workers?: string
  readonly backupWorkers?: string
  readonly runtime?: Partial<Runtime>
  readonly executor?: Partial<ExecutorParameters>
  readonly state?: Partial<RuntimeState>
  readonly params?: Partial<Parameters>
  readonly context?: TestOptions
}

/** A descriptor that the registry would take as it is or nearly so. */
export function testRuntime({ runtime, executor }: TestRuntimeOptions = {}): Runtime {
  return make(Runtime, {
    v: 3,
    id: RUNTIME_ID,
    entityId: testKey(1),
    kind: 1,
    governanceModel: 1,
    executor: make(ExecutorParameters, {
      groupSize: 3,
      groupBackupSize: 3,
      roundTimeout: 5n,
      maxMessages: 32,
      ...executor,
    }),
    ...runtime,
  })
}

/** Gives an account base units, and a pool in which each of them is a share. */
export function fund(state: State, address: Address, general: bigint, escrow = 0n): void {
  const balance = quantity(escrow)
  const account = make(Account, {
    general: make(GeneralAccount, { balance: quantity(general) }),
    escrow: make(EscrowAccount, { active: make(SharePool, { balance, totalShares: balance }) }),
  })
  write(state, stakingKeys.accounts, [address], account)
}

/** A network in which one runtime is at work; each of its nodes' entities has 1,000 in escrow. */
export function runtimeAtWork(options: TestRuntimeOptions = {}): Context {
  const { workers = 'abc', backupWorkers = 'xyz' } = options
  const ctx = testContext(options.context)
  const { state } = ctx
  const runtime = testRuntime(options)
  write(state, stakingKeys.parameters, [], zero(StakingParameters))
  write(state, keys.parameters, [], make(Parameters, options.params ?? {}))
  write(state, registryKeys.runtimes, [runtime.id], runtime)
  for (const name of new Set([...workers, ...backupWorkers])) {
    putNode(state, testNode(0, { id: nodeId(name), entityId: entityOf(name) }))
    fund(state, entityAddress(name), 0n, 1_000n)
  }
  const committee = committeeOfNames(workers, backupWorkers)
  write(state, schedulerKeys.committees, [committee.kind, runtime.id], committee)
  const first = genesisBlock({
    namespace: runtime.id,
    round: ROUND - 1n,
    stateRoot: testHash('genesis'),
    timestamp: 1n,
  })
  setRuntimeState(state, {
    ...zero(RuntimeState),
    lastNormalRound: ROUND - 1n,
    committee,
    commitmentPool: FRESH_POOL,
    ...options.state,
    runtime,
    genesisBlock: first,
    lastBlock: first,
  })
  return ctx
}

/** Where the runtime of the tests stands. */
export function standing({ state }: Context): KnownRuntimeState {
  return knownRuntimeStateOf(state, RUNTIME_ID)
}

/** The context of a later block on the same state; nothing was told yet, nothing is remembered. */
export function laterBlock(ctx: Context, height: bigint): Context {
  const { committed, block } = ctx
  assert(committed !== undefined, 'the first block is not later')
  return {
    ...ctx,
    committed: { ...committed, height: height - 1n },
    block: createBlock(block),
    events: [],
  }
}

/** What a node says. */
export interface Saying {
  readonly scheduler?: string
  /** The name of the result; "failure" stands for none. */
  readonly result?: string
  readonly messages?: readonly Message[]
  readonly results?: Partial<ComputeResultsHeader>
}

/** A node's signed commitment to the round that the runtime is at. */
export function commitmentBy(ctx: Context, name: string, saying: Saying = {}): ExecutorCommitment {
  const { scheduler = 'a', result = 'right', messages = [], results = {} } = saying
  const { header: last } = standing(ctx).lastBlock
  const parent = { round: nextRound(last), previousHash: hashOfHeader(last) }
  const isFailure = result === 'failure'
  const root = testHash(result)
  const header = make(ExecutorCommitmentHeader, {
    schedulerId: nodeId(scheduler),
    failure: isFailure ? FAILURES.unknown : FAILURES.none,
    header: isFailure
      ? make(ComputeResultsHeader, parent)
      : make(ComputeResultsHeader, {
          ...parent,
          ioRoot: root,
          stateRoot: root,
          messagesHash: hashOfMessages(messages),
          inMsgsHash: EMPTY_HASH,
          ...results,
        }),
  })
  const context = commitmentContext(ctx.chain.context, RUNTIME_ID)
  // Only the scheduler sends the messages along.
  const own = scheduler === name ? messages : []
  return signCommitment(nodeSigner(name), context, { header, messages: own })
}

/** The kinds of the events that were told, in order. */
export function toldKinds({ events }: Context): readonly (string | undefined)[] {
  return events.map(({ attributes }) => attributes[0]?.key)
}

/** What a runtime does to those who offend. */
export function punishing(
  penalties: Partial<Record<keyof typeof SlashReason.names, bigint>>,
  fields: Partial<RuntimeStakingParameters> = {},
): RuntimeStakingParameters {
  const slashing = Object.entries(penalties).map(([reason, amount]) => {
    const code = SlashReason.names[reason as keyof typeof SlashReason.names]
    return [code, { amount: quantity(amount), freezeInterval: 7n }] as const
  })
  return make(RuntimeStakingParameters, { slashing: keyedMap(SlashReason, slashing), ...fields })
}

/** A table of what operations cost. */
export function costs(table: Readonly<Record<string, bigint>>): Parameters['gasCosts'] {
  return keyedMap(text, Object.entries(table))
}

/** A message by which the runtime gives somebody base units. */
export function transferMessage(to: Address, amount: bigint): Message {
  const transfer: Transfer = { to, amount: quantity(amount) }
  return make(Message, { staking: make(StakingMessage, { transfer }) })
}
