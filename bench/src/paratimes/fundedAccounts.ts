/** The ParaTime of accounts with people in it from the first round on: loads need no deposits. */

import { toUtf8 } from '@wadi/base/bytes'
import { encodeRust } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { sha512Trunc256 } from '@wadi/crypto/hash/sha512'
import { accountsParatime } from '@wadi/paratime-accounts/runtime'
import { transactionContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import {
  ed25519Signer,
  signTransaction,
  type TransactionSigner,
} from '@wadi/paratime-sdk/authentication/signTransaction'
import type { CallKeys } from '@wadi/paratime-sdk/frame/callKeys'
import { accounts } from '@wadi/paratime-sdk/modules/accounts'
import { Parameters, Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import type { Paratime } from '@wadi/paratime-sdk/paratime'
import { amountsOf, Denomination, NATIVE, native } from '@wadi/paratime-sdk/types/token'
import {
  type AddressSpec,
  addressOf,
  CALL_FORMATS,
  type Call,
  TRANSACTION_VERSION,
} from '@wadi/paratime-sdk/types/transaction'
import type { Namespace } from '@wadi/primitives/namespace'

/** Who pays. */
export interface Payer {
  readonly signer: TransactionSigner
  readonly addressSpec: AddressSpec
  readonly address: ReturnType<typeof addressOf>
}

/** So many are funded: each pays once in a batch of a thousand. */
export const PAYERS = 1_000
const FUNDS = 1_000_000_000n
const GAS = 500_000n

function payerOf(index: number): Payer {
  const signer = ed25519Signer(sha512Trunc256(toUtf8(`payer ${index}`)))
  const addressSpec = { kind: 'signature', body: signer.publicKey } as AddressSpec
  return { signer, addressSpec, address: addressOf({ addressSpec, nonce: 0n }) }
}

/** Those who are funded. */
export function createPayers(): readonly Payer[] {
  return Array.from({ length: PAYERS }, (_, index) => payerOf(index))
}

/** The ParaTime in which they are. */
export function fundedParatime(payers: readonly Payer[], callKeys?: CallKeys): Paratime {
  const amount = amountsOf([[NATIVE, FUNDS]])
  const funded = accounts({
    parameters: {
      ...Parameters.zero,
      gasCosts: { txTransfer: 30_000n },
      denominationInfos: keyedMap(Denomination, [[NATIVE, { decimals: 9 }]]),
    },
    balances: payers.map(({ address }) => [address, amount] as const),
    totalSupplies: amountsOf([[NATIVE, FUNDS * BigInt(payers.length)]]),
  })
  const { modules } = accountsParatime
  return {
    ...accountsParatime,
    modules: modules.map((module) => (module.name === funded.name ? funded : module)),
    ...(callKeys && { callKeys: () => callKeys }),
  }
}

/** Where payments count, and what becomes of their calls on the way. */
export interface PaymentPlace {
  readonly runtimeId: Namespace
  readonly chainContext: string
  readonly encrypt?: (call: Call) => Call
}

/** A payment of one base unit to the next one in the circle. */
export function signPayment(
  payers: readonly Payer[],
  from: number,
  nonce: bigint,
  { runtimeId, chainContext, encrypt = (call) => call }: PaymentPlace,
): Uint8Array {
  const { signer, addressSpec } = payers[from]!
  const { address: to } = payers[(from + 1) % payers.length]!
  const fee = { amount: native(0n), gas: GAS, consensusMessages: 0, proxy: undefined }
  return signTransaction(
    transactionContext(runtimeId, chainContext),
    {
      version: TRANSACTION_VERSION,
      call: encrypt({
        format: CALL_FORMATS.plain,
        method: 'accounts.Transfer',
        body: encodeRust(Transfer, { to, amount: native(1n) }),
        readOnly: false,
      }),
      authInfo: {
        signerInfo: [{ addressSpec, nonce }],
        fee,
        notBefore: undefined,
        notAfter: undefined,
      },
    },
    [signer],
  )
}
