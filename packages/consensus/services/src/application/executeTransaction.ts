/** What happens to a transaction before and after its method: in every mode in the same order. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { errors as consensusErrors, transactionErrors } from '@wadi/consensus/consensus/errors'
import { methodBodies as systemMethods } from '@wadi/consensus/consensus/methods'
import { gasPrice, type Transaction } from '@wadi/primitives/transaction'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { type Context, currentHeight, signedBy } from '../kernel/context.ts'
import { composedGasAccountant, type GasAccountant, gasAccountant } from '../kernel/gas.ts'
import { endsCheck, runMethod, useGas } from '../kernel/method.ts'
import { authenticate, chargeChecked, checkLocalGasPrice } from '../staking/actions.ts'
import type { Dispatcher } from './dispatch.ts'
import { blockErrors, errors } from './errors.ts'
import type { OpenedTransaction } from './signatures.ts'

const U64_MAX = 0xffff_ffff_ffff_ffffn

/** How a transaction went, and what it may have cost. */
export interface Execution {
  /** Undefined if it succeeded. */
  readonly failure: CodedError | undefined
  /** Counts the gas that was used. */
  readonly gas: GasAccountant
  /** How soon the mempool offers it. */
  readonly priority: bigint
}

/** Refuses what is too large, before anybody decodes it. */
export function checkSize({ maxTxSize }: Context['consensusParameters'], size: number): void {
  if (maxTxSize > 0n && BigInt(size) > maxTxSize) throw consensusErrors.oversizedTx()
}

/** Is it one that only the proposer of a block makes? */
export function isSystemTransaction({ method }: Transaction): boolean {
  return Object.hasOwn(systemMethods, method)
}

/**
 * Takes the proposer's own transaction of a block. A bad one makes the block bad, not itself.
 * COMPAT(oasis-core): outside blocks it is only a call of something that may not be called.
 */
export function acceptSystemTransaction(
  ctx: Context,
  { transaction, signer }: OpenedTransaction,
): void {
  if (ctx.mode !== 'deliverTx') throw errors.systemMethod()
  const { block } = ctx
  if (block.isBeingProposed) throw blockErrors.systemTransactionInProposal()
  if (transaction.nonce !== 0n || transaction.fee !== undefined)
    throw blockErrors.malformedSystemTransaction()
  if (!equalBytes(validatorAddress(signer), block.proposer)) throw blockErrors.wrongSystemSigner()
  block.systemTransactions.push(transaction)
}

/** Runs a transaction of `size` bytes that is none of the proposer's. */
export function executeTransaction(
  dispatcher: Dispatcher,
  ctx: Context,
  opened: OpenedTransaction,
  size: number,
): Execution {
  let inner = signedBy(ctx, opened.signer)
  let priority = 0n
  const { transaction } = opened
  try {
    const { service, method } = dispatcher.resolve(inner, transaction.method)
    authenticate(inner, transaction)
    inner = { ...inner, gas: gasOf(inner, transaction) }
    if (endsCheck(inner)) checkLocalGasPrice(inner, transaction)
    useGas(inner, inner.consensusParameters.gasCosts, 'tx_byte', BigInt(size))
    checkGasPrice(inner, transaction)
    priority = service.priority(transaction.method)
    runMethod(method, inner, transaction.body)
    if (endsCheck(inner)) chargeChecked(inner, transaction)
    return { failure: undefined, gas: inner.gas, priority }
  } catch (failure) {
    if (!(failure instanceof CodedError)) throw failure
    return { failure, gas: inner.gas, priority }
  }
}

/** Between two programs nothing is checked: the state may have another form already. */
export function checkUpgrade(ctx: Context): void {
  if (ctx.chain.upgrader?.hasPendingUpgradeAt(currentHeight(ctx)) === true)
    throw transactionErrors.upgradePending()
}

function gasOf({ mode, block }: Context, { fee }: Transaction): GasAccountant {
  if (mode === 'simulate') return gasAccountant(U64_MAX)
  const own = gasAccountant(fee?.gas ?? 0n)
  return mode === 'checkTx' ? own : composedGasAccountant(own, block.gas)
}

function checkGasPrice({ mode, consensusParameters }: Context, { fee }: Transaction): void {
  const { minGasPrice } = consensusParameters
  if (minGasPrice === 0n || mode === 'simulate') return
  if (fee === undefined || gasPrice(fee) < minGasPrice) throw transactionErrors.gasPriceTooLow()
}
