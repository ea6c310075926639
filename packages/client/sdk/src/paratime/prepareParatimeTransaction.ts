/** A transaction of a ParaTime with everything that is asked of it but signatures. */

import { encodeRust } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import {
  type AddressSpec,
  addressOf,
  type Call,
  callerAddressOf,
  TRANSACTION_VERSION,
  Transaction,
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
  /** What is sent in place of the call: the same, encrypted. */
  readonly sealed?: Call
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
  const plain: Transaction = {
    version: TRANSACTION_VERSION,
    call: { format: 0, method, body, readOnly: false },
    authInfo: {
      signerInfo: [{ addressSpec, nonce }],
      fee,
      notBefore: undefined,
      notAfter: undefined,
    },
  }
  const sent = choices.sealed === undefined ? plain : { ...plain, call: choices.sealed }
  // Nobody can try out what is encrypted: its estimate knows nothing of the method.
  const estimate = async () => {
    const asked = { caller: callerAddressOf(caller), tx: plain, propagateFailures: true }
    const found = await queryParatime(desk, 'core.EstimateGas', asked)
    return reserved(sent === plain ? found : found + (await sealingGas(desk, plain, sent)))
  }
  const gas = choices.gas ?? (await estimate())
  const price = choices.gasPrice ?? (await lowestPrice(desk))
  return {
    ...sent,
    authInfo: { ...sent.authInfo, fee: { ...fee, amount: native(gas * price), gas } },
  }
}

function reserved(estimate: bigint): bigint {
  return (estimate * (PERCENT + RESERVE_PERCENT)) / PERCENT
}

/** Gas that opening a call takes, and what makes it longer. */
async function sealingGas(
  desk: ParatimeDesk,
  plain: Transaction,
  sealed: Transaction,
): Promise<bigint> {
  const { gasCosts } = await queryParatime(desk, 'core.Parameters', undefined)
  const sizeOf = (tx: Transaction) => encodeRust(Transaction, tx).length
  const added = BigInt(sizeOf(sealed) - sizeOf(plain))
  return gasCosts.callformatX25519Deoxysii + added * gasCosts.txByte
}

async function lowestPrice(desk: ParatimeDesk): Promise<bigint> {
  return (await queryParatime(desk, 'core.MinGasPrice', undefined)).get(NATIVE) ?? 0n
}
