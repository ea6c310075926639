/** Signing transactions of ParaTimes, sending them, and what became of them. */

import { CodedError } from '@wadi/base/errors'
import { decodeRust, encodeRust } from '@wadi/cbor/codec'
import type { SignatureContext } from '@wadi/crypto/signature/context'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { transactionContext } from '@wadi/paratime-sdk/authentication/signatureContext'
import { signTransaction } from '@wadi/paratime-sdk/authentication/signTransaction'
import type { PublicKey } from '@wadi/paratime-sdk/types/keys'
import { CallResult, Transaction } from '@wadi/paratime-sdk/types/transaction'
import { type Hash, hashOfBytes } from '@wadi/primitives/hash'
import type { ParatimeDesk } from './paratimeQueries.ts'

/** Who holds a key that signs in ParaTimes, and may take time. */
export interface ParatimeSigner {
  readonly publicKey: PublicKey
  sign(context: SignatureContext, body: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** The transaction as it is sent, for one ParaTime of one network. */
export async function signParatimeTransaction(
  { runtimeId, chainContext }: Pick<ParatimeDesk, 'runtimeId'> & { readonly chainContext: string },
  transaction: Transaction,
  signers: readonly ParatimeSigner[],
): Promise<Uint8Array> {
  const context = transactionContext(runtimeId, chainContext)
  const body = encodeRust(Transaction, transaction)
  const signed = await Promise.all(
    signers.map(async (signer) => {
      const signature = await signer.sign(context, body)
      return { publicKey: signer.publicKey, sign: () => signature }
    }),
  )
  return signTransaction(context, transaction, signed)
}

/** Where a transaction is. */
export interface SentParatimeTransaction {
  readonly hash: Hash
  readonly round: bigint
  /** What it answered, encoded. */
  readonly result: Uint8Array
}

/** How it is sent. */
export interface ParatimeSubmission extends CallOptions {
  /** Opens the answer to a call that is encrypted. */
  readonly open?: (result: CallResult) => CallResult
}

/** Done when a round has the transaction and it succeeded; why it did not is thrown. */
export async function submitParatimeTransaction(
  { client, runtimeId }: ParatimeDesk,
  data: Uint8Array,
  { open = (result) => result, ...options }: ParatimeSubmission = {},
): Promise<SentParatimeTransaction> {
  const answer = await client.runtimeClient.submitTxMeta({ runtimeId, data }, options)
  const { checkTxError, round } = answer
  if (checkTxError !== undefined) throw refusal(checkTxError)
  const result = open(decodeRust(CallResult, answer.data))
  if (result.kind === 'fail') throw refusal(result.body)
  return { hash: hashOfBytes(data), round, result: result.body }
}

type Failure = Pick<CodedError, 'module' | 'code' | 'message'>

function refusal({ module, code, message }: Failure): CodedError {
  return new CodedError(module, code, `paratime.${module}`, message || `${module}/${code}`)
}
