/** One node's machine, step by step: what a test gives it, and what it wants done. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { RoundResults } from '@wadi/consensus/roothash'
import type { ExecutorCommitment, Proposal } from '@wadi/consensus/roothash/commitments'
import type { Committee } from '@wadi/consensus/scheduler/committee'
import { EMPTY_HASH, type Hash } from '@wadi/primitives/hash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { genesisBlock, hashOfHeader } from '@wadi/runtime-protocol/block'
import {
  commitmentContext,
  signCommitment,
} from '@wadi/runtime-protocol/commitments/executorCommitment'
import { signProposal } from '@wadi/runtime-protocol/commitments/proposal'
import { hashOfBatch, hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import {
  type ExecutorEffect,
  type ExecutorState,
  startExecutor,
  stepExecutor,
} from '../executor.ts'
import type { PoolInput } from '../pool/input.ts'
import { admitProposal } from '../round/admitProposal.ts'
import type { RoundBase } from '../round/base.ts'
import type { UnsignedCommitment } from '../round/effect.ts'
import type { RoundInput, SignedRecord } from '../round/input.ts'
import { makeCommitment, makeFailure } from '../round/makeCommitment.ts'
import {
  CHAIN_CONTEXT,
  RULES,
  RUNTIME_ID,
  SIGNATURES,
  type TestMember,
  type TestRuntimeOptions,
  testCommittee,
  testMember,
  testRuntime,
} from './testNetwork.ts'
import { checkToy } from './toyRuntime.ts'
import { ToyStorage } from './toyStorage.ts'

/** Six nodes: three workers, two backup workers, and one that is neither. */
export const MEMBERS: readonly TestMember[] = Array.from({ length: 6 }, (_, i) => testMember(i))

/** In round 1 node 2 has rank 0, node 0 rank 1, and node 1 rank 2; 3 and 4 are backup workers. */
export const BY_RANK = [2, 0, 1] as const

export function firstBase(options: TestRuntimeOptions & Partial<RoundBase> = {}): RoundBase {
  const start = { namespace: RUNTIME_ID, round: 0n, stateRoot: EMPTY_HASH, timestamp: 0n }
  return {
    header: genesisBlock(start).header,
    consensusHeight: 1n,
    runtime: testRuntime(options),
    committee: committeeOfMembers(),
    nodes: MEMBERS.map(({ node }) => node),
    genesisRound: 0n,
    // So that nobody makes a block only because it is the first one.
    lastNormalRound: 1n,
    roundResults: make(RoundResults, {}),
    inMessages: [],
    ...options,
  }
}

export function committeeOfMembers(): Committee {
  const ids = MEMBERS.map(({ id }) => id)
  return testCommittee(ids.slice(0, 3), ids.slice(3, 5))
}

/** A proposal of a node, of transactions. */
export function proposalOf(
  i: number,
  inputs: readonly Uint8Array[],
  { base, batchHash, previousHash, round = base.header.round + 1n }: ProposalOptions,
): Proposal {
  const header = {
    round,
    previousHash: previousHash ?? hashOfHeader(base.header),
    batchHash: batchHash ?? hashOfBatch(new ToyStorage().arena, inputs),
  }
  const batch = inputs.map(hashOfTransaction)
  return signProposal(MEMBERS[i]!.signer, SIGNATURES, { header, batch })
}

export interface ProposalOptions {
  readonly base: RoundBase
  readonly batchHash?: Hash
  readonly previousHash?: Hash
  readonly round?: bigint
}

/** A node's signature under a commitment. */
export function signed(i: number, commitment: UnsignedCommitment): ExecutorCommitment {
  return signCommitment(
    MEMBERS[i]!.signer,
    commitmentContext(CHAIN_CONTEXT, RUNTIME_ID),
    commitment,
  )
}

/** A machine with what it ever wanted. It answers nothing by itself but checks of transactions. */
export class TestRound {
  readonly storage = new ToyStorage()
  readonly base: RoundBase
  state: ExecutorState
  effects: ExecutorEffect[] = []
  nowMs = 0

  constructor(i: number, base: RoundBase = firstBase(), record?: SignedRecord) {
    this.base = base
    this.state = startExecutor(
      {
        own: MEMBERS[i]!.id,
        runtimeId: RUNTIME_ID,
        chainContext: CHAIN_CONTEXT,
        rules: RULES,
        equivocation: 'report',
        arena: this.storage.arena,
      },
      record,
    )
    this.round({ kind: 'runtime-status', initialBatchSize: 50 })
    this.round({ kind: 'new-block', base })
    this.round({ kind: 'round-synced', round: base.header.round })
  }

  round(input: RoundInput): this {
    return this.#give({ to: 'round', input })
  }

  pool(input: PoolInput): this {
    return this.#give({ to: 'pool', input })
  }

  #give(input: Parameters<typeof stepExecutor>[1]): this {
    const { state, effects } = stepExecutor(this.state, input, this.nowMs)
    this.state = state
    this.effects.push(...effects)
    for (const effect of effects) {
      if (effect.kind !== 'check') continue
      const tree = this.storage.open(this.base.header)
      const results = effect.inputs.map((one) => checkToy(tree, one))
      tree.dispose()
      this.pool({ kind: 'checked', id: effect.id, results })
    }
    return this
  }

  /** Transactions go into the pool. */
  submit(...inputs: readonly Uint8Array[]): this {
    for (const input of inputs) this.pool({ kind: 'submit', input, origin: 'local' })
    return this
  }

  /** A proposal comes over the network, from its scheduler unless told otherwise. */
  receive(proposal: Proposal, from?: PublicKey): this {
    const author = from ?? MEMBERS.find(({ id }) => equalBytes(id, proposal.nodeId))?.node.p2p.id
    assert(author !== undefined, 'a member has signed it')
    const admission = admitProposal(this.state.round, author, { epoch: 1n, proposal })
    if (admission.verdict === 'accept') this.round(admission.input)
    return this
  }

  timeout(timer: 'flush' | 'rank' | 'fetch' | 'retry', times = 1): this {
    const round = this.base.header.round + 1n
    for (let i = 0; i < times; i++) this.round({ kind: 'timeout', round, timer })
    return this
  }

  /** The last effect of a kind. */
  last<K extends ExecutorEffect['kind']>(kind: K): Extract<ExecutorEffect, { kind: K }> {
    return this.all(kind).at(-1)!
  }

  all<K extends ExecutorEffect['kind']>(kind: K): Extract<ExecutorEffect, { kind: K }>[] {
    return this.effects.filter(
      (effect): effect is Extract<ExecutorEffect, { kind: K }> => effect.kind === kind,
    )
  }

  /** The runtime asks for more. */
  fetch(limit: number): readonly Uint8Array[] {
    return this.pool({ kind: 'fetch-batch', id: 0, limit }).last('suggested').inputs
  }

  /** The runtime answers the last call. */
  execute(): this {
    const effect = this.last('execute')
    const response = this.storage.execute(effect, (limit) => this.fetch(limit))
    return this.round({ kind: 'executed', id: effect.id, response })
  }

  /** Storage answers. */
  apply(outcome: 'durable' | 'failed' = 'durable'): this {
    return this.round({ kind: 'applied', id: this.last('apply').id, outcome })
  }

  /** What the node is about. */
  get work(): string {
    return this.state.round.round?.work.kind ?? 'nothing'
  }
}

/** What an honest node commits to, for the proposal of a node with these transactions. */
export function honestCommitment(
  i: number,
  scheduler: number,
  inputs: readonly Uint8Array[],
  base: RoundBase,
): ExecutorCommitment {
  const storage = new ToyStorage()
  const inputRoot = hashOfBatch(storage.arena, inputs)
  const call = { kind: 'execute', id: 0, mode: 'execute', base, inputs, inputRoot } as const
  const response = storage.execute({ ...call, deadlineMs: 1 })!
  return signed(i, makeCommitment(MEMBERS[i]!.id, MEMBERS[scheduler]!.id, response.batch))
}

/** A node's word that it has no result. */
export function failedCommitment(
  i: number,
  scheduler: number,
  base: RoundBase,
): ExecutorCommitment {
  return signed(i, makeFailure(base, MEMBERS[scheduler]!.id))
}
