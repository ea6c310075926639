/** Beginning an epoch because a test wants it: a transaction of a key that everybody knows. */

import { encode, make } from '@wadi/cbor/codec'
import { SetEpoch } from '@wadi/consensus/beacon/methods'
import { calls as consensus } from '@wadi/consensus/consensus/api'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import { calls as staking } from '@wadi/consensus/staking/api'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { stakingAddress } from '@wadi/primitives/address'
import type { Epoch } from '@wadi/primitives/epoch'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import {
  type SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { askState } from './answers/stateAnswers.ts'
import type { ChainViews } from './chainViews.ts'

/** COMPAT(oasis-core): the key of all tests that set epochs. */
const SIGNER_NAME = 'oasis-core epochtime mock key seed'

/** The transaction that asks for an epoch, with the nonce and the fee that it takes now. */
export function epochTransaction(views: ChainViews, epoch: Epoch): SignedTransaction {
  const { live, chainContext } = views.source
  if (live === undefined) throw consensusErrors.unsupported()
  const signer = createTestSigner('entity', SIGNER_NAME)
  const publicKey = PublicKey.check(signer.publicKey)
  const view = views.at(0n)
  const query = { height: 0n, owner: stakingAddress(publicKey) }
  const { general } = askState(view, staking, 'Staking/Account', query)
  const price = askState(view, consensus, 'Consensus/MinGasPrice', undefined)
  const body = encode(SetEpoch, epoch)
  const { nonce } = general
  const bare = make(Transaction, { nonce, method: 'beacon.SetEpoch', body })
  const gas = live.estimateGas(publicKey, bare)
  const transaction = { ...bare, fee: { amount: quantity(gas * price), gas } }
  return signTransaction(signer, transactionContext(chainContext), transaction)
}
