/** What a rule works with: the state, where and when it runs, and for whom. */

import type { VerifyAttestation } from '@wadi/attestation/contract'
import { BugError } from '@wadi/base/errors'
import type { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { type Address, stakingAddress, ZERO_ADDRESS } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import type { Moment } from '@wadi/primitives/moment'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { Quantity } from '@wadi/primitives/quantity'
import type { Block } from './block.ts'
import type { Bus } from './bus.ts'
import type { BlockEvent } from './events.ts'
import { type GasAccountant, noGasAccountant } from './gas.ts'
import type { ReadableState, WorkingState } from './state.ts'
import type { Upgrader } from './upgrader.ts'

/** Why a rule runs. */
export type Mode = 'initChain' | 'beginBlock' | 'deliverTx' | 'endBlock' | 'checkTx' | 'simulate'

/** The state after the last block that was committed. */
export interface CommittedState {
  readonly height: bigint
  readonly state: ReadableState
  readonly rootHash: Uint8Array
}

/** What a node asks of transactions before it offers them to others: no part of consensus. */
export interface LocalPolicy {
  /** Less for a unit of gas is refused. */
  readonly minGasPrice: Quantity
  /** The node's own key, whose transactions are always good enough. */
  readonly ownSigner: PublicKey | undefined
}

/** What does not change while an application runs. */
export interface Chain {
  /** Hex of the hash of the genesis document. */
  readonly context: string
  readonly initialHeight: bigint
  /** The epoch that the genesis document begins in. */
  readonly baseEpoch: Epoch
  /** Does the node allow what is for tests only? The reference's flag `debug.dont_blame_oasis`. */
  readonly isDebug: boolean
  /** Who may not sign, and who computes. */
  readonly signatures: SignatureRules
  /** Who says whether a node really runs in an enclave. */
  readonly verifyAttestation: VerifyAttestation
  /** What services ask of each other. */
  readonly bus: Bus
  /** The node's own knowledge of upgrades; a node without one never stops for them. */
  readonly upgrader?: Upgrader | undefined
  /** Only looked at when transactions are checked; a node without it offers all that are valid. */
  readonly local?: LocalPolicy | undefined
}

/** Everything a rule may see and change. A child shares all that it does not replace. */
export interface Context {
  readonly mode: Mode
  readonly chain: Chain
  readonly state: WorkingState
  /** Undefined until the first block is committed. */
  readonly committed: CommittedState | undefined
  readonly block: Block
  /** What was told so far; what a sub-transaction told goes when it fails. */
  readonly events: BlockEvent[]
  readonly gas: GasAccountant
  /** COMPAT(oasis-core): the parameters of the last committed block, not those being written. */
  readonly consensusParameters: ConsensusParameters
  /** Who signed the transaction; the zero key where there is none. */
  readonly signer: PublicKey
  /** In whose name the rule runs. */
  readonly caller: Address
  /** How many contexts this one is inside of. */
  readonly depth: number
  /** Is this what a runtime asked for in a message? */
  readonly isMessage: boolean
}

/** What a context begins with; the rest has a default. */
export type ContextStart = Pick<
  Context,
  'mode' | 'chain' | 'state' | 'committed' | 'block' | 'consensusParameters'
> &
  Partial<Pick<Context, 'gas'>>

/** The context of a phase of a block, or of a transaction before its signer is known. */
export function createContext({ gas = noGasAccountant, ...start }: ContextStart): Context {
  return {
    ...start,
    gas,
    events: [],
    signer: PublicKey.zero,
    caller: ZERO_ADDRESS,
    depth: 0,
    isMessage: false,
  }
}

/** The context of a transaction whose signature was verified. */
export function signedBy(ctx: Context, signer: PublicKey): Context {
  return { ...ctx, signer, caller: stakingAddress(signer) }
}

/** What a child may have of its own. */
export type ChildChanges = Partial<Pick<Context, 'mode' | 'caller' | 'gas' | 'isMessage'>>

/**
 * A context inside another one, that shares its state and, unless it only simulates, its events.
 */
export function childOf(ctx: Context, changes: ChildChanges = {}): Context {
  const child = { ...ctx, ...changes, depth: ctx.depth + 1 }
  return child.mode === 'simulate' ? { ...child, events: [] } : child
}

/**
 * Runs `run` in a sub-transaction: what it wrote and told stays if it returns, and is undone if it
 * throws. Gas stays used, and what the block remembers stays remembered.
 */
export function inSubTransaction<T>(ctx: Context, run: (inner: Context) => T): T {
  return tryOut(ctx, run, 'kept')
}

/** As {@link inSubTransaction}, but what was written and told is undone in any case. */
export function inDiscardedTransaction<T>(ctx: Context, run: (inner: Context) => T): T {
  return tryOut(ctx, run, 'discarded')
}

function tryOut<T>(ctx: Context, run: (inner: Context) => T, onSuccess: 'kept' | 'discarded'): T {
  const { state, events } = ctx
  const told = events.length
  let isKept = false
  state.begin()
  try {
    const result = run({ ...ctx, depth: ctx.depth + 1 })
    isKept = onSuccess === 'kept'
    return result
  } finally {
    if (isKept) state.keep()
    else {
      state.rollback()
      events.length = told
    }
  }
}

/** The height of the last committed block; in the first block the one before it. */
export function lastHeight({ committed, chain }: Context): bigint {
  return committed?.height ?? chain.initialHeight - 1n
}

/** The height of the block that is being made. */
export function currentHeight(ctx: Context): bigint {
  return lastHeight(ctx) + 1n
}

/** The time in the block's header; that of the genesis document before the first block. */
export function currentTime({ block }: Context): Moment {
  return block.time
}

/** The state that must be there because a block was committed. */
export function committedState({ committed }: Context): CommittedState {
  if (committed === undefined) throw new BugError('no block was committed')
  return committed
}
