/** core.EstimateGas: what a transaction would use. */

import type { CodedError } from '@wadi/base/errors'
import { encodeRust } from '@wadi/cbor/codec'
import { Address } from '@wadi/primitives/address'
import { Hash } from '@wadi/primitives/hash'
import { dispatchCall } from '../../frame/dispatch.ts'
import type { Frame } from '../../frame/frame.ts'
import type { ActiveTransaction } from '../../frame/level.ts'
import { localConfig } from '../../frame/localConfig.ts'
import { native, U64_MAX } from '../../types/token.ts'
import {
  type AuthProof,
  type Call,
  type CallAuthInfo,
  type CallerAddress,
  callerAddressOf,
  type SignerInfo,
  Transaction,
  UnverifiedTransaction,
} from '../../types/transaction.ts'
import { usedBatchGas } from './gas.ts'
import { signatureGas } from './hooks.ts'
import { MODULE, parameters } from './state.ts'
import { type EstimateGasQuery, LocalConfig } from './types.ts'

const DUMMY_SIGNATURE = new Uint8Array(64)
/** No estimate is searched below. */
const GAS_MIN = 10n

/** A call that is tried with different limits. */
interface Trial {
  readonly call: Call
  readonly authInfo: CallAuthInfo
  readonly size: number
  /** The largest limit. */
  readonly cap: bigint
  readonly extraOnFailure: bigint
}

/** What trying came to: gas that would do, or why it fails. */
type Tried =
  | { readonly kind: 'gas'; readonly gas: bigint }
  | { readonly kind: 'failed'; readonly error: CodedError; readonly gas: bigint }

/** Nobody is authenticated for an estimate: whoever calls may be named. */
export function estimateGas(frame: Frame, args: EstimateGasQuery): bigint {
  const { tx } = args
  const caller = callerOf(frame, args)
  const propagates = args.propagateFailures && frame.callKeys === undefined
  const config = localConfig(frame, MODULE, LocalConfig)
  const params = parameters.get(frame)
  const cap = config?.maxEstimatedGas || params.maxBatchGas
  const fee = {
    ...tx.authInfo.fee,
    gas: cap,
    amount: native(U64_MAX),
    consensusMessages: frame.context.maxMessages,
  }
  const authInfo = { ...tx.authInfo, fee }
  const trial: Trial = {
    call: tx.call,
    authInfo: caller === undefined ? authInfo : { ...authInfo, signerInfo: [asSigner(caller, tx)] },
    size: sizeOf({ ...tx, authInfo }),
    cap,
    extraOnFailure: frame.paratime.estimateExtraOnFailure?.get(tx.call.method) ?? 0n,
  }
  const extra = caller === undefined ? 0n : (signatureGas(params, tx.authInfo.signerInfo) ?? 0n)
  const iterations = config?.estimateGasSearchMaxIters ?? frame.paratime.estimateIterations ?? 0n
  const found = search(frame, trial, { iterations, propagates })
  const estimate = found === cap ? atCap(frame, trial, propagates) : found
  const sum = estimate + extra
  return sum < cap ? sum : cap
}

/** Who calls. Of a confidential ParaTime nothing may be learnt by naming somebody. */
function callerOf(frame: Frame, { caller, tx }: EstimateGasQuery): CallerAddress | undefined {
  if (frame.callKeys === undefined) return caller
  const [signer] = tx.authInfo.signerInfo
  const named = caller ?? (signer && callerAddressOf(signer))
  return named?.kind === 'eth_address'
    ? { kind: 'eth_address', body: new Uint8Array(20) }
    : { kind: 'address', body: Address.zero }
}

function asSigner(caller: CallerAddress, { authInfo }: Transaction) {
  const nonce = authInfo.signerInfo[0]?.nonce ?? 0n
  return { addressSpec: { kind: 'internal', body: caller }, nonce } as const
}

/** With proofs of a usual size. */
function sizeOf(transaction: Transaction): number {
  const authProofs = transaction.authInfo.signerInfo.map(dummyProof)
  const body = encodeRust(Transaction, transaction)
  return encodeRust(UnverifiedTransaction, { body, authProofs }).length
}

function dummyProof({ addressSpec }: SignerInfo): AuthProof {
  return addressSpec.kind === 'signature'
    ? { kind: 'signature', body: DUMMY_SIGNATURE }
    : { kind: 'multisig', body: addressSpec.body.signers.map(() => DUMMY_SIGNATURE) }
}

/** Tries the call with a limit. */
function simulate(frame: Frame, trial: Trial, gas: bigint): Tried {
  const { call, size, extraOnFailure } = trial
  const authInfo = { ...trial.authInfo, fee: { ...trial.authInfo.fee, gas } }
  const transaction: ActiveTransaction = { call, authInfo, size, index: 0, hash: Hash.zero }
  return frame.nested<Tried>({ mode: 'simulate', transaction }, () => {
    const { outcome } = dispatchCall(frame, call)
    const used = usedBatchGas(frame)
    if (outcome.kind === 'ok') return { fate: 'drop', result: { kind: 'gas', gas: used } }
    const shown = used + extraOnFailure
    const { error } = outcome
    return { fate: 'drop', result: { kind: 'failed', error, gas: shown < gas ? shown : gas } }
  })
}

function atCap(frame: Frame, trial: Trial, propagates: boolean): bigint {
  const tried = simulate(frame, trial, trial.cap)
  if (tried.kind === 'failed' && propagates) throw tried.error
  return tried.gas
}

interface SearchOptions {
  readonly iterations: bigint
  readonly propagates: boolean
}

/** The smallest limit found; the cap if there is nothing to be found. */
function search(frame: Frame, trial: Trial, { iterations, propagates }: SearchOptions): bigint {
  const { cap } = trial
  let low = GAS_MIN
  let high = cap
  let isShortcutTried = false
  let hasSucceeded = false
  let isCapTried = false
  for (let i = 0n; low + 1n < high && i < iterations; i++) {
    const middle = (high + low) / 2n
    const tried = simulate(frame, trial, middle)
    if (tried.kind === 'gas') {
      high = middle
      hasSucceeded = true
      if (isShortcutTried || low + 1n >= high) continue
      isShortcutTried = true
      if (simulate(frame, trial, tried.gas).kind === 'failed') continue
      high = tried.gas
      if (simulate(frame, trial, tried.gas - 1n).kind === 'failed') break
      continue
    }
    if (hasSucceeded || isOutOfGas(tried.error)) {
      low = middle
      continue
    }
    // Any other failure may still be for want of gas: trying with the cap tells.
    const decided: Tried = isCapTried ? tried : simulate(frame, trial, cap)
    isCapTried = true
    if (decided.kind === 'gas') {
      hasSucceeded = true
      low = middle
    } else if (propagates) {
      throw decided.error
    } else {
      break
    }
  }
  return high
}

function isOutOfGas({ module, code }: CodedError): boolean {
  return module === 'core' && code === 12
}
