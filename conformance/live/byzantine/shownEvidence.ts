/** Evidence out of blocks: what a node has signed is in them, whether the chain took it or not. */

import { equalBytes } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import type { ExecutorCommitment } from '@wadi/consensus/roothash/commitments'
import { Evidence, ExecutorCommit } from '@wadi/consensus/roothash/methods'
import { quantity } from '@wadi/primitives/quantity'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import type { NodeClient } from '@wadi/sdk/node-client'
import { voteOf } from '@wadi/sim/written-round'
import type { ByzantineNetwork, Liar } from './byzantineNetwork.ts'

const GAS = 100_000n

/** What a liar has submitted, in the order of the blocks. */
async function submittedBy(
  { consensus }: NodeClient,
  { paratime, node }: Liar,
): Promise<readonly ExecutorCommitment[]> {
  const { latestHeight, lastRetainedHeight } = await consensus.getStatus()
  const found: ExecutorCommitment[] = []
  for (let height = lastRetainedHeight; height <= latestHeight; height++)
    for (const bytes of await consensus.getTransactions(height)) {
      const { untrustedRawValue } = decode(SignedTransaction, bytes)
      const { method, body } = decode(Transaction, untrustedRawValue)
      if (method !== 'roothash.ExecutorCommit') continue
      const { id, commits = [] } = decode(ExecutorCommit, body)
      const isOwn = ({ nodeId }: ExecutorCommitment) => equalBytes(nodeId, node)
      if (equalBytes(id, paratime.id)) found.push(...commits.filter(isOwn))
    }
  return found
}

/** Shows two commitments of a liar to one proposal, in the name of the network's first account. */
export async function showBoth(network: ByzantineNetwork, liar: Liar): Promise<void> {
  const { genesis } = network
  await network.ask(async (client) => {
    const submitted = await submittedBy(client, liar)
    const first = submitted[0]
    const second = submitted.find(
      (other) =>
        first !== undefined &&
        other.header.header.round === first.header.header.round &&
        equalBytes(other.header.schedulerId, first.header.schedulerId) &&
        voteOf(other) !== voteOf(first),
    )
    assert(first !== undefined && second !== undefined, `${liar.kind.name}: two commitments`)
    const plain = (commitment: ExecutorCommitment) => ({ ...commitment, messages: [] })
    const body = encode(Evidence, {
      id: liar.paratime.id,
      equivocationExecutor: { commitA: plain(first), commitB: plain(second) },
      equivocationProp: undefined,
    })
    const context = transactionContext(genesis.chainContext)
    const fee = { amount: quantity(0n), gas: GAS }
    const call = { nonce: 0n, fee, method: 'roothash.Evidence', body }
    const { signer } = genesis.accounts[0]!
    await client.consensus.submitTx(signTransaction(signer, context, call))
  })
}
