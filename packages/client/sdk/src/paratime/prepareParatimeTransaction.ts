/** A transaction of a ParaTime with everything that is asked of it but signatures. */

import { encodeRust } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import {
  type AddressSpec,
  addressOf,
  callerAddressOf,
  TRANSACTION_VERSION,
  type Transaction,
} from '@wadi/paratime-sdk/types/transaction'
import { type ParatimeDesk, queryParatime } from './paratimeQueries.ts'

/** A method of a ParaTime, and its encoded body. */
export interface ParatimeCall {
  readonly method: string
  readonly body: Uint8Array
}

/** `paratimeCall('accounts.Transfer', Transfer, { to, amount })`. */
export function paratimeCall<T>(method: string, schema: Schema<T>, body: T): ParatimeCall {
  return { method, body: encodeRust(schema, body) }
}

/** What the caller decides; the rest is asked for. */
export interface ParatimeChoices {
  readonly nonce?: bigint
  readonly gas?: bigint
  /** What a unit of gas is paid, in base units of the native denomination. */
  readonly gasPrice?: bigint
}

/** Gas that is given beyond the estimate, in percent: the state may be another one by then. */
const RESERVE_PERCENT = 20n
const PERCENT = 100n

/** Asks for nonce, gas and price, and puts a transaction of one signer together. */
export async function prepareParatimeTransaction(
  desk: ParatimeDesk,
  addressSpec: AddressSpec,
  { method, body }: ParatimeCall,
  choices: ParatimeChoices = {},
): Promise<Transaction> {
  const caller = { addressSpec, nonce: 0n }
  const address = addressOf(caller)
  const nonce = choices.nonce ?? (await queryParatime(desk, 'accounts.Nonce', { address }))
  const fee = { amount: native(0n), gas: 0n, consensusMessages: 0, proxy: undefined }
  const tx: Transaction = {
    version: TRANSACTION_VERSION,
    call: { format: 0, method, body, readOnly: false },
    authInfo: {
      signerInfo: [{ addressSpec, nonce }],
      fee,
      notBefore: undefined,
      notAfter: undefined,
    },
  }
  const asked = { caller: callerAddressOf(caller), tx, propagateFailures: true }
  const gas = choices.gas ?? reserved(await queryParatime(desk, 'core.EstimateGas', asked))
  const price = choices.gasPrice ?? (await lowestPrice(desk))
  return { ...tx, authInfo: { ...tx.authInfo, fee: { ...fee, amount: native(gas * price), gas } } }
}

function reserved(estimate: bigint): bigint {
  return (estimate * (PERCENT + RESERVE_PERCENT)) / PERCENT
}

async function lowestPrice(desk: ParatimeDesk): Promise<bigint> {
  return (await queryParatime(desk, 'core.MinGasPrice', undefined)).get(NATIVE) ?? 0n
}
