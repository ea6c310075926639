import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { TransactionProof } from '@wadi/consensus/consensus/api'
import { Transfer } from '@wadi/consensus/staking/methods'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { CallOptions } from '@wadi/grpc/channel-options'
import { Address } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import {
  openTransaction,
  SignedTransaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { proveTransactions, verifyTransactionProof } from '@wadi/tendermint/transactionProof'
import { RICH_BALANCE, rich, richAddress } from '../compliance/applicationChain.ts'
import { lightNodeOf } from '../compliance/lightNodes.ts'
import { type ServedNode, serveTestNode } from '../compliance/servedNode.ts'
import { withBlocks } from '../compliance/withBlocks.ts'
import { createNodeClient, type NodeClient } from '../nodeClient.ts'
import type { AccountSigner } from './accountSigner.ts'
import { methodCall } from './methodCall.ts'
import { prepareTransaction } from './prepareTransaction.ts'
import { sendTransaction, signWith, submitTransaction } from './sendTransaction.ts'

const to = Address.check(new Uint8Array(21).fill(7))
const transfer = (amount: bigint) =>
  methodCall('staking.Transfer', { to, amount: quantity(amount) })

/** There is no allowance. */
const forbidden = methodCall('staking.Withdraw', { from: to, amount: quantity(1n) })

describe('a transaction', () => {
  let node: ServedNode
  let client: NodeClient
  before(async () => {
    node = await serveTestNode()
    node.advance()
    client = createNodeClient(node.web)
  })
  after(async () => {
    await node.close()
    assert.deepEqual(node.failures, [])
  })

  const transactionsAt = (height: bigint) => node.chain.blocks.loadBlock(height)!.transactions

  /** Where a transaction is that is in a block. */
  function placeOf(raw: Uint8Array): { readonly height: bigint; readonly index: number } {
    for (let height = node.chain.lastHeight; height > 0n; height--) {
      const index = transactionsAt(height).findIndex((one) => equalBytes(one, raw))
      if (index >= 0) return { height, index }
    }
    return assert.fail('it is in no block')
  }

  it('has the nonce, the gas and the fee that the network asks for', async () => {
    const transaction = await prepareTransaction(client, rich.publicKey, transfer(5n))
    const { nonce, fee, method, body } = transaction
    const { general } = await client.staking.account({ height: 0n, owner: richAddress })
    assert.equal(nonce, general.nonce)
    assert.equal(method, 'staking.Transfer')
    assert.deepEqual(decode(Transfer, body), { to, amount: 5n })
    assert.equal(fee?.amount, 0n)
    const choices = { gas: 7n, gasPrice: quantity(3n), nonce: 9n }
    const chosen = await prepareTransaction(client, rich.publicKey, transfer(5n), choices)
    assert.deepEqual([chosen.nonce, chosen.fee], [9n, { amount: 21n, gas: 7n }])
  })

  it('is not made if it would cost more than allowed, whatever a node says', async () => {
    const choices = { gas: 1000n, gasPrice: quantity(3n) }
    const most = { ...choices, feeMax: quantity(3000n) }
    await prepareTransaction(client, rich.publicKey, transfer(5n), most)
    const less = { ...choices, feeMax: quantity(2999n) }
    await assert.rejects(prepareTransaction(client, rich.publicKey, transfer(5n), less), {
      reason: 'sdkTransaction.feeTooHigh',
    })
  })

  it('is signed for one network, by whoever has the key, in their time', async () => {
    const device: AccountSigner = {
      publicKey: rich.publicKey,
      sign: (context, message) => Promise.resolve(rich.sign(context, message)),
    }
    const transaction = await prepareTransaction(client, rich.publicKey, transfer(5n))
    const { chainContext } = node.chain
    const signed = await signWith(device, chainContext, transaction)
    const rules = { forbidden: forbidKeys(), provider: kernelEd25519 }
    const opened = openTransaction(rules, transactionContext(chainContext), signed)
    assert.deepEqual(opened.value, transaction)
    const elsewhere = transactionContext('aa'.repeat(32))
    assert.throws(() => openTransaction(rules, elsewhere, signed), {
      reason: 'envelope.verificationFailed',
    })
  })

  it('is sent, waited for, and proved to be in its block', async () => {
    const sender = { client, chainContext: node.chain.chainContext, signer: rich }
    const sent = await withBlocks(
      node,
      sendTransaction(sender, transfer(5n), { timeoutMs: 10_000 }),
    )
    const account = await client.staking.account({ height: sent.height, owner: richAddress })
    assert.equal(account.general.balance, RICH_BALANCE - 5n)
    const { transactions } = node.chain.blocks.loadBlock(sent.height)!
    const { dataHash } = node.chain.blocks.loadBlock(sent.height)!.header
    verifyTransactionProof(sent.rawProof!, dataHash, transactions[0]!)
    const [told] = await client.staking.getEvents(sent.height)
    assert.deepEqual(told?.txHash, sent.hash)
  })

  it('fails with the numbers of the reference', async () => {
    const sender = { client, chainContext: node.chain.chainContext, signer: rich }
    const stale = sendTransaction(sender, transfer(5n), { nonce: 99n, gas: 1000n })
    await assert.rejects(stale, { module: 'consensus/transaction', code: 1 })
    await assert.rejects(withBlocks(node, sendTransaction(sender, forbidden, { gas: 1000n })), {
      module: 'staking',
      code: 5,
    })
  })

  it('is seen in its block by a light client itself', async () => {
    const light = lightNodeOf(node.chain, [node.web, node.channel])
    const { chainContext } = node.chain
    const sender = { client: light.client, chainContext, signer: rich }
    const sent = await withBlocks(node, sendTransaction(sender, transfer(6n)))
    const results = await light.results(sent.height)
    assert.equal(results[0]?.code, 0)
  })

  it('is not taken for a success by a light client because a node says so', async () => {
    const { chain } = node
    const failing = await prepareTransaction(client, rich.publicKey, forbidden, { gas: 1000n })
    const signed = await signWith(rich, chain.chainContext, failing)
    /** Says of every transaction that it is there and went well; where the block is, it proves. */
    const liar = {
      ...node.web,
      unary: async (path: string, request: Uint8Array) => {
        if (!path.endsWith('SubmitTxWithProof')) return await node.web.unary(path, request)
        await node.web.unary('/oasis-core.Consensus/SubmitTxNoWait', request)
        node.advance()
        const { height, index } = placeOf(request)
        const rawProof = proveTransactions(transactionsAt(height))[index]
        return encode(TransactionProof, { height, rawProof })
      },
    }
    const light = lightNodeOf(chain, [liar, node.channel])
    await assert.rejects(withBlocks(node, submitTransaction(light.client, signed)), {
      reason: 'lightNode.failed',
    })
  })

  it('is not taken to be in a block because a node says so', async () => {
    const { chain } = node
    const call = await prepareTransaction(client, rich.publicKey, transfer(1n), { gas: 1000n })
    const signed = await signWith(rich, chain.chainContext, call)
    const [rawProof] = proveTransactions([encode(SignedTransaction, signed)])
    const liar = {
      ...node.web,
      unary: async (path: string, request: Uint8Array) =>
        path.endsWith('SubmitTxWithProof')
          ? encode(TransactionProof, { height: 2n, rawProof })
          : await node.web.unary(path, request),
    }
    const light = lightNodeOf(chain, [liar, node.channel])
    await assert.rejects(submitTransaction(light.client, signed), {
      reason: 'merkleProof.otherRoot',
    })
  })

  it('is not waited for in a block that nobody will see', async () => {
    const { chain } = node
    const call = await prepareTransaction(client, rich.publicKey, transfer(1n), { gas: 1000n })
    const signed = await signWith(rich, chain.chainContext, call)
    const unary = async (path: string, request: Uint8Array) =>
      path.endsWith('SubmitTxWithProof')
        ? encode(TransactionProof, { height: 1n << 60n, rawProof: Uint8Array.of(1) })
        : await node.web.unary(path, request)
    const light = lightNodeOf(chain, [{ ...node.web, unary }, node.channel])
    await assert.rejects(submitTransaction(light.client, signed), {
      reason: 'lightNode.notInBlock',
    })
  })

  it('is refused by a node on its own word, which a light client only repeats', async () => {
    const light = lightNodeOf(node.chain, [node.web, node.channel])
    const sender = { client: light.client, chainContext: node.chain.chainContext, signer: rich }
    const stale = sendTransaction(sender, transfer(5n), { nonce: 99n, gas: 1000n })
    await assert.rejects(stale, (error) => {
      assert.ok(error instanceof UnavailableError)
      assert.equal(error.reason, 'lightNode.submission')
      assert.ok(error.cause instanceof CodedError)
      return error.cause.module === 'consensus/transaction'
    })
  })

  it('is given to another node by a light client when one does not take it', async () => {
    const refusals: readonly (() => Error)[] = [
      () => new UnavailableError('grpc.unavailable', 'away'),
      () => new CodedError('consensus/transaction', 1, 'test', 'not from you'),
      () => new CodedError('consensus', 1, 'consensus.unsupported', 'no such call'),
    ]
    for (const refusal of refusals) {
      const unwilling = {
        ...node.web,
        unary: (path: string, request: Uint8Array) =>
          path.includes('/Submit') ? Promise.reject(refusal()) : node.web.unary(path, request),
      }
      const light = lightNodeOf(node.chain, [unwilling, node.channel])
      const { chainContext } = node.chain
      const sender = { client: light.client, chainContext, signer: rich }
      const sent = await withBlocks(node, sendTransaction(sender, transfer(6n)))
      assert.equal((await light.results(sent.height))[0]?.code, 0)
      const lonely = lightNodeOf(node.chain, [unwilling, unwilling])
      const alone = sendTransaction({ ...sender, client: lonely.client }, transfer(6n))
      await assert.rejects(alone, UnavailableError)
    }
  })

  it('is given to another node the next time if one has not answered in time, or lied', async () => {
    const { chain } = node
    const caller = new AbortController()
    const silent = (_path: string, _request: Uint8Array, { signal }: CallOptions = {}) =>
      new Promise<never>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        setImmediate(() => caller.abort())
      })
    const lie = async () => encode(TransactionProof, { height: 0n, rawProof: undefined })
    for (const answer of [silent, lie]) {
      const odd = {
        ...node.web,
        unary: (path: string, request: Uint8Array, options?: CallOptions) =>
          path.includes('/Submit')
            ? answer(path, request, options)
            : node.web.unary(path, request, options),
      }
      const bad: number[] = []
      const onBad = (number: number) => bad.push(number)
      const light = lightNodeOf(chain, [odd, node.channel], { onBad })
      const call = await prepareTransaction(client, rich.publicKey, transfer(3n), { gas: 1000n })
      const signed = await signWith(rich, chain.chainContext, call)
      const { consensus } = light.client
      const signal = answer === silent ? caller.signal : new AbortController().signal
      await assert.rejects(consensus.submitTxWithProof(signed, { signal }))
      await new Promise(setImmediate)
      assert.deepEqual(bad, [0])
      const { height } = await withBlocks(node, consensus.submitTxWithProof(signed))
      assert.ok(height > 0n)
    }
  })
})
