/** A transaction of a ParaTime with everything that is asked of it but signatures. */

import { encodeRust } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { NATIVE, native } from '@wadi/paratime-sdk/types/token'
import {
  type AddressSpec,
  addressOf,
  CALL_FORMATS,
  type Call,
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

/**
 * What part of the gas of a round an encrypted call may use, whatever it calls. Each message to the
 * consensus layer takes the part of its slot, so this is enough where a round has 16 slots or more;
 * methods that take more of it need to be told so.
 */
const SEALED_GAS_PARTS = 16n

/**
 * Asks for nonce, gas and price, and puts a transaction of one signer together. A call that is
 * encrypted (`sealCall`) is neither shown to the node nor tried out by it: an estimate of what
 * nobody can read knows nothing of the method, and one of what is in it would tell the node all.
 */
export async function prepareParatimeTransaction(
  desk: ParatimeDesk,
  addressSpec: AddressSpec,
  call: ParatimeCall | Call,
  choices: ParatimeChoices = {},
): Promise<Transaction> {
  const address = addressOf({ addressSpec, nonce: 0n })
  const nonce = choices.nonce ?? (await queryParatime(desk, 'accounts.Nonce', { address }))
  const fee = { amount: native(0n), gas: 0n, consensusMessages: 0, proxy: undefined }
  const wanted: Transaction = {
    version: TRANSACTION_VERSION,
    call: { format: CALL_FORMATS.plain, readOnly: false, ...call },
    authInfo: {
      signerInfo: [{ addressSpec, nonce }],
      fee,
      notBefore: undefined,
      notAfter: undefined,
    },
  }
  const isPlain = wanted.call.format === CALL_FORMATS.plain
  const gasOf = isPlain ? estimatedGas : sealedGas
  const gas = choices.gas ?? (await gasOf(desk, wanted))
  const price = choices.gasPrice ?? (await lowestPrice(desk))
  return {
    ...wanted,
    authInfo: { ...wanted.authInfo, fee: { ...fee, amount: native(gas * price), gas } },
  }
}

async function estimatedGas(desk: ParatimeDesk, tx: Transaction): Promise<bigint> {
  const [signer] = tx.authInfo.signerInfo
  const caller = signer && callerAddressOf(signer)
  const asked = { caller, tx, propagateFailures: true }
  const estimate = await queryParatime(desk, 'core.EstimateGas', asked)
  return (estimate * (PERCENT + RESERVE_PERCENT)) / PERCENT
}

/** The same for all calls, so that it tells nothing of them. */
async function sealedGas(desk: ParatimeDesk): Promise<bigint> {
  const { maxBatchGas } = await queryParatime(desk, 'core.Parameters', undefined)
  return maxBatchGas / SEALED_GAS_PARTS
}

async function lowestPrice(desk: ParatimeDesk): Promise<bigint> {
  return (await queryParatime(desk, 'core.MinGasPrice', undefined)).get(NATIVE) ?? 0n
}
