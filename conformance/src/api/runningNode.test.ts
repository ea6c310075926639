import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { sample } from '@wadi/cbor/arbitrary'
import { decode, encode, make, zero } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { createNode, type Node } from '@wadi/compose/create-node'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { loadOrCreateNodeKeys } from '@wadi/compose/node-keys'
import { processClock, processRandom } from '@wadi/compose/process-world'
import type { TransactionProof } from '@wadi/consensus/consensus/api'
import { Block } from '@wadi/consensus/consensus/block'
import type { NextBlockState, Status } from '@wadi/consensus/consensus/status'
import { Status as NodeStatus } from '@wadi/consensus/control'
import { chainContextOf } from '@wadi/consensus/genesis/document'
import { methodBodies } from '@wadi/consensus/methods'
import type { NodeApi } from '@wadi/node-api/node-api'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { parseIp } from '@wadi/primitives/ip'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { verifyTransactionProof } from '@wadi/tendermint/transactionProof'

const BODIES_PER_METHOD = 5
const folder = mkdtempSync(join(tmpdir(), 'wadi-running-'))
const network = createNetworkGenesis({
  seed: 'node api',
  validators: 1,
  timeoutCommitMs: 1n,
  beacon: 'mock',
  params: { gasCosts: new Map([['tx_byte', 1n]]) },
})
const chainContext = chainContextOf(network.document)

function startNode(): { readonly node: Node; readonly api: NodeApi } {
  const validator = network.validators[0]!.consensus
  createKeyFile(join(folder, 'consensus.pem'), { bytes: () => validator.seed.reveal().slice() })
  const keys = loadOrCreateNodeKeys({ dataDir: folder, random: processRandom, nowMs: 0 })
  const consensus = PublicKey.check(validator.publicKey)
  const identity = { ...zero(NodeStatus).identity, consensus }
  const node = createNode({
    config: {
      dataDir: folder,
      dialect: oasisDialect,
      peers: {
        listen: { ip: parseIp('127.0.0.1'), port: 0 },
        peerExchange: 'off',
        addressBook: 'lenient',
      },
    },
    world: {
      clock: processClock,
      timers: nodeTimers,
      random: processRandom,
      files: nodeFiles,
      metrics: new MetricsRegistry(),
      logger: (module) => createLogger(module, SILENT),
    },
    document: network.document,
    keys,
    profile: { softwareVersion: '0', mode: 'validator', identity },
    onFatal: (error) => assert.fail(String(error)),
  })
  assert.ok(node.api !== undefined)
  return { node, api: node.api }
}

describe('a running node that is asked', () => {
  const [from, to] = network.accounts
  let running: ReturnType<typeof startNode> | undefined
  let nonce = 0n

  function ask<A>(name: string, request?: unknown): A {
    const { methods, debugMethods } = running!.api
    return (methods[name] ?? debugMethods[name])!.answer(request, {}) as A
  }

  function transfer(changes: { readonly nonce?: bigint } = {}): SignedTransaction {
    const order = { chainContext, from: from!, to: to!.address, amount: 7n }
    return decode(SignedTransaction, signedTransfer({ ...order, nonce, ...changes }))
  }

  before(async () => {
    running = startNode()
    await running.node.start()
    await ask('NodeController/WaitSync')
  })
  after(() => {
    running?.node.stop()
    rmSync(folder, { recursive: true })
  })

  it('has a transaction in a block, with a proof and everything about it', async () => {
    const signed = transfer()
    const { height, rawProof } = await ask<Promise<TransactionProof>>(
      'Consensus/SubmitTxWithProof',
      signed,
    )
    nonce++
    const transactions = ask<readonly Uint8Array[]>('Consensus/GetTransactions', height)
    const { header } = running!.node.engine.blockStore.loadBlock(height)!
    const own = transactions.findIndex((one) => {
      try {
        verifyTransactionProof(rawProof!, header.dataHash, one)
        return true
      } catch {
        return false
      }
    })
    assert.ok(own >= 0)
    assert.deepEqual(decode(SignedTransaction, transactions[own]!), signed)
    const account = ask<{ general: { nonce: bigint } }>('Staking/Account', {
      height: 0n,
      owner: from!.address,
    })
    assert.equal(account.general.nonce, 1n)
  })

  it('refuses the same once more, and what cannot be, in coded errors', async () => {
    const signed = transfer()
    await ask('Consensus/SubmitTx', signed)
    nonce++
    assert.throws(() => ask('Consensus/SubmitTxNoWait', signed), { module: 'consensus', code: 5 })
    const wrong = transfer({ nonce: 99n })
    const refusal = { module: 'consensus/transaction', code: 1 }
    await assert.rejects(ask<Promise<unknown>>('Consensus/SubmitTx', wrong), refusal)
  })

  it('knows what a transaction would cost', () => {
    const opened = decode(Transaction, transfer().untrustedRawValue)
    const signer = PublicKey.check(from!.signer.publicKey)
    const gas = ask<bigint>('Consensus/EstimateGas', { signer, transaction: opened })
    // A unit for each byte of its envelope, with the highest fee in it.
    assert.ok(gas > 250n && gas < 400n, `${gas}`)
  })

  it('tells the cost of any transaction, and refuses any that is not signed', () => {
    const signer = PublicKey.check(from!.signer.publicKey)
    for (const [method, schema] of Object.entries(methodBodies))
      for (const body of sample<unknown>(schema as AnySchema, BODIES_PER_METHOD, 11)) {
        const bare = make(Transaction, { nonce, method, body: encode(schema as AnySchema, body) })
        const gas = ask<bigint>('Consensus/EstimateGas', { signer, transaction: bare })
        assert.equal(typeof gas, 'bigint', method)
        const blob = encode(Transaction, bare)
        const signed = make(SignedTransaction, { untrustedRawValue: blob })
        assert.throws(() => ask('Consensus/SubmitTxNoWait', signed), CodedError)
      }
  })

  it('begins the epoch that a test wants', async () => {
    const epoch = ask<bigint>('Beacon/GetEpoch', 0n) + 1n
    const waiting = ask<Promise<unknown>>('Beacon/WaitEpoch', epoch)
    await ask('DebugController/SetEpoch', epoch)
    await waiting
    assert.equal(ask('Beacon/GetEpoch', 0n), epoch)
    const again = ask<Promise<unknown>>('DebugController/SetEpoch', epoch)
    await assert.rejects(again, { message: /epoch/ })
  })

  it('tells where it is, who votes, and each block when it comes', async () => {
    const status = ask<Status>('Consensus/GetStatus')
    assert.ok(status.latestHeight > 0n)
    assert.equal(status.isValidator, true)
    const next = ask<NextBlockState>('Consensus/GetNextBlockState')
    assert.equal(next.numValidators, 1n)
    assert.ok(next.height > status.latestHeight)
    const heights: bigint[] = []
    await new Promise<void>((resolve, reject) => {
      const stop = running!.api.watch('Consensus/WatchBlocks', undefined, {
        send: (item) => {
          const { height } = decode(Block, item)
          // What is told of can be asked for.
          ask('Consensus/GetLightBlock', height)
          if (heights.push(height) < 3) return true
          stop()
          resolve()
          return false
        },
        drained: () => Promise.resolve(),
        fail: reject,
      })
    })
    assert.deepEqual(
      heights.map((height) => height - heights[0]!),
      [0n, 1n, 2n],
    )
  })
})
