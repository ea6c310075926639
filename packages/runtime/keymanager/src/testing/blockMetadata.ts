/** How a host answers who asks for the state after a block, as its last transaction says it. */

import { encode, make } from '@wadi/cbor/codec'
import { BlockMetadata } from '@wadi/consensus/consensus/methods'
import type { Hash } from '@wadi/primitives/hash'
import { Signed } from '@wadi/primitives/signed'
import { Transaction } from '@wadi/primitives/transaction'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import { ProvedTransactionResponse } from '@wadi/runtime-protocol/host-protocol/services'

/** See the top of this file. Nobody proves that the transaction is in the block. */
export function blockMetadataAnswer(stateRoot: Hash): Body {
  const body = encode(BlockMetadata, make(BlockMetadata, { stateRoot }))
  const transaction = make(Transaction, { method: 'consensus.Meta', body })
  const signedTx = make(Signed, { untrustedRawValue: encode(Transaction, transaction) })
  return {
    kind: 'HostFetchBlockMetadataTxResponse',
    body: make(ProvedTransactionResponse, { signedTx }),
  }
}
