/** Transactions in the reference's words, for those who are to sign or send them. */

import { EMPTY_BYTES, toBase64, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { isValidSignature } from '@wadi/crypto/signature/verification'
import {
  type Fee,
  gasPrice,
  hashOfTransaction,
  type SignedTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { amountText, type TokenTerms } from './amounts.ts'
import { describeBody } from './describeBody.ts'
import { indented, oneLine } from './lines.ts'
import type { NetworkTerms } from './networkTerms.ts'

type Lines = readonly string[]

/** What a network's token is. */
export function tokenOf({ document }: NetworkTerms): TokenTerms {
  const { tokenSymbol, tokenValueExponent } = document.staking
  return { symbol: tokenSymbol, exponent: tokenValueExponent }
}

function feeLines(fee: Fee | undefined, token: TokenTerms): Lines {
  if (fee === undefined) return ['Fee:   none']
  return [
    'Fee:',
    `  Amount: ${amountText(fee.amount, token)}`,
    `  Gas limit: ${fee.gas}`,
    `  (gas price: ${amountText(gasPrice(fee), token)} per gas unit)`,
  ]
}

function contentLines(transaction: Transaction, token: TokenTerms): Lines {
  const { method, body, nonce, fee } = transaction
  return [
    `Method: ${oneLine(method)}`,
    'Body:',
    ...indented(describeBody(method, body, token)),
    `Nonce:  ${nonce}`,
    ...feeLines(fee, token),
  ]
}

/** COMPAT(oasis-core): what is said of the network is never further to the right. */
function networkLines({ genesisHash }: NetworkTerms): Lines {
  return ['Other info:', `  Genesis document's hash: ${toHex(genesisHash)}`]
}

/** A transaction that nobody has signed, further to the right, and the network that it is for. */
export function describeTransaction(transaction: Transaction, network: NetworkTerms): Lines {
  return [...indented(contentLines(transaction, tokenOf(network))), ...networkLines(network)]
}

function signedContent(blob: Uint8Array, network: NetworkTerms): Lines {
  try {
    return describeTransaction(decode(Transaction, blob), network)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return [`  <error: ${error.message}>`, `  <malformed: ${toBase64(blob)}>`]
  }
}

/** A transaction, who signed it, and whether the signature is valid on the network. */
export function describeSignedTransaction(signed: SignedTransaction, network: NetworkTerms): Lines {
  const { publicKey, signature } = signed.signature
  const message = signed.untrustedRawValue ?? EMPTY_BYTES
  const context = transactionContext(network.chainContext)
  const isValid = isValidSignature(network.signatures, { context, message, publicKey, signature })
  return [
    `Hash: ${toHex(hashOfTransaction(signed))}`,
    `Signer: ${toBase64(publicKey)}`,
    `        (signature: ${toBase64(signature)})`,
    ...(isValid ? [] : ['        [INVALID SIGNATURE]']),
    'Content:',
    ...signedContent(message, network),
  ]
}
