import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders, type NodeFolder } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { signedTransfer, type TransferOrder } from '@wadi/compose/network-transfer'
import { StatusState } from '@wadi/consensus/consensus/status'
import { stakingAddress } from '@wadi/primitives/address'
import { quantity } from '@wadi/primitives/quantity'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { nodeOf, untilHeight, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-full-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

describe('a validator that asks a price for gas', () => {
  it('takes no cheaper transactions at its socket, but for its own', async () => {
    const network = createNetworkGenesis({ seed: 'priced', validators: 1, timeoutCommitMs: 20n })
    const { chainContext, accounts, validators } = network
    const ports = await freePorts(1)
    // Who belongs to nobody does not register, and signs nothing but what is here.
    const settings = { registration: {} }
    const [made] = makeNetworkFolders({ folder, network, ports, settings })
    const { configPath, dataDir } = made!
    const node = nodeOf(configPath, dataDir, ['--consensus.min_gas_price=2'])
    await node.start()
    await untilHeight(dataDir, 1n)
    const [alice, bob] = accounts
    const order = (changes: Partial<TransferOrder>): SignedTransaction => {
      const plain = { chainContext, from: alice!, to: bob!.address, amount: 0n, nonce: 0n }
      return decode(SignedTransaction, signedTransfer({ ...plain, ...changes }))
    }
    await withClient(dataDir, async ({ consensus }) => {
      const tooLow = { module: 'consensus/transaction', code: 3 }
      const cheap = order({ fee: { amount: 1_999n, gas: 1_000n } })
      await assert.rejects(consensus.submitTx(order({})), tooLow)
      await assert.rejects(consensus.submitTxNoWait(cheap), tooLow)
      await consensus.submitTx(order({ fee: { amount: 2_000n, gas: 1_000n } }))
      await consensus.submitTx(order({ nonce: 1n, fee: { amount: 0n, gas: 0n } }))
      const { signer, publicKey } = validators[0]!.node
      await consensus.submitTx(order({ from: { signer, address: stakingAddress(publicKey) } }))
      // What the network asks is another thing.
      assert.equal(await consensus.minGasPrice(), quantity(0n))
    })
    await node.stop()
  })
})

describe('a validator', () => {
  it('has not caught up before there is a block of this minute, also with nothing to fetch', async () => {
    const network = createNetworkGenesis({ seed: 'fresh', validators: 2, timeoutCommitMs: 20n })
    const ports = await freePorts(2)
    const made = makeNetworkFolders({ folder: join(folder, 'fresh'), network, ports })
    const nodes = made.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
    const [{ dataDir }] = made as [NodeFolder]
    await nodes[0]!.start()
    await withClient(dataDir, async ({ nodeController }) => {
      assert.equal(await nodeController.isSynced(), false)
      assert.equal((await nodeController.getStatus()).consensus?.status, StatusState.names.syncing)
      await nodes[1]!.start()
      await nodeController.waitSync()
      const { consensus } = await nodeController.getStatus()
      assert.equal(consensus?.status, StatusState.names.ready)
      // The first one is as old as the genesis document.
      assert.ok(consensus.latestHeight >= 2n)
    })
    await Promise.all(nodes.map((node) => node.stop()))
  })
})
