/** Transactions of clients, one after the other for each of them. */

import { toUtf8 } from '@wadi/base/bytes'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import { encodeRust } from '@wadi/cbor/codec'
import { accountsRuntime } from '@wadi/paratime-accounts/runtime'
import { Call, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import { transactionContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { ed25519Signer, signTransaction } from '@wadi/paratime-sdk/authentication/signTransaction'
import { Transfer } from '@wadi/paratime-sdk/modules/accounts/types'
import { Move } from '@wadi/paratime-sdk/modules/consensus-accounts/types'
import { native } from '@wadi/paratime-sdk/types/token'
import type { Transaction } from '@wadi/paratime-sdk/types/transaction'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Runtime } from '@wadi/runtime-protocol/runtime'
import type { ClientKey, ParatimeGenesis } from '../chain/paratimeGenesis.ts'
import type { ParatimeShape } from '../plan/paratimePlan.ts'

/** Makes the transaction of a client with a nonce. */
export type MakeTransaction = (client: number, nonce: bigint, random: RandomSource) => Uint8Array

const GAS = 20_000_000n
const KEYS = 8
const AMOUNT_MAX = 1000
/** With what everybody begins: enough for all that comes. */
const DEPOSIT = 200_000n

/** The runtime of a ParaTime. */
export function runtimeOf({ kind }: ParatimeShape): Runtime {
  return kind === 'accounts' ? accountsRuntime : keyvalueRuntime
}

/** How transactions of a ParaTime are made. */
export function transactionsOf(
  { kind }: ParatimeShape,
  id: Namespace,
  genesis: ParatimeGenesis,
): MakeTransaction {
  return kind === 'accounts' ? movesOf(id, genesis) : keyvalueTransaction
}

function keyvalueTransaction(client: number, nonce: bigint, random: RandomSource): Uint8Array {
  const key = `key ${randomBelow(random, KEYS)}`
  const args = { key, value: `${client} ${nonce}`, generation: 0n, churpId: 0 }
  const sender = toUtf8(`client ${client}`)
  return encodeRust(Call, { sender, nonce, method: 'insert', args: encodeRust(KeyValueArgs, args) })
}

/** Everybody deposits first; later it is also transferred and withdrawn. */
function movesOf(id: Namespace, { clients, network }: ParatimeGenesis): MakeTransaction {
  const context = transactionContext(id, network.chainContext)
  return (client, nonce, random) => {
    const amount = native(nonce === 0n ? DEPOSIT : BigInt(1 + randomBelow(random, AMOUNT_MAX)))
    const other = clients[(client + 1) % clients.length]!.address
    const transfer = ['accounts.Transfer', encodeRust(Transfer, { to: other, amount })] as const
    const move = encodeRust(Move, { to: undefined, amount })
    const choices = [
      ['consensus.Deposit', move],
      transfer,
      transfer,
      ['consensus.Withdraw', move],
    ] as const
    const [method, body] = nonce === 0n ? choices[0] : choices[randomBelow(random, choices.length)]!
    return signedCall(clients[client]!, { context, nonce, method, body })
  }
}

interface SdkCall {
  readonly context: ReturnType<typeof transactionContext>
  readonly nonce: bigint
  readonly method: string
  readonly body: Uint8Array
}

function signedCall({ seed }: ClientKey, { context, nonce, method, body }: SdkCall): Uint8Array {
  const signer = ed25519Signer(seed)
  const addressSpec = { kind: 'signature', body: signer.publicKey } as const
  // COMPAT(oasis-sdk): a bound on messages counts those of the whole batch, so there is none.
  const fee = { amount: native(0n), gas: GAS, consensusMessages: 0, proxy: undefined }
  const transaction: Transaction = {
    version: 1,
    call: { format: 0, method, body, readOnly: false },
    authInfo: {
      signerInfo: [{ addressSpec: addressSpec as never, nonce }],
      fee,
      notBefore: undefined,
      notAfter: undefined,
    },
  }
  return signTransaction(context, transaction, [signer])
}
