import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { sendTransaction } from '@wadi/sdk/send-transaction'
import { createNetwork, type LocalNetwork } from './createNetwork.ts'
import { describeNetwork } from './describeNetwork.ts'
import { findComet } from './engine/cometBinary.ts'
import { restoreNetwork, snapshotNetwork } from './networkSnapshots.ts'
import { nextEpoch } from './nextEpoch.ts'
import { rewindNetwork } from './rewindNetwork.ts'
import { lookAt } from './snapshot.ts'

const comet = findComet()
/** Where it has to be there, a network says that it is not. */
const skip = process.env['WADI_ENGINE_REQUIRED'] === undefined && comet.missing
const GIFT = quantity(7_000n)

/** Waits for a block by the stream of them. */
async function reach({ nodes }: LocalNetwork, height: bigint): Promise<void> {
  for await (const block of nodes[0]!.client.consensus.watchBlocks())
    if (block.height >= height) return
}

async function pay({ nodes, files, accounts }: LocalNetwork): Promise<bigint> {
  const [payer, payee] = accounts
  const { client } = nodes[0]!
  const sender = { client, chainContext: files.chainContext, signer: payer!.signer }
  const call = methodCall('staking.Transfer', { to: payee!.address, amount: GIFT })
  return (await sendTransaction(sender, call)).height
}

async function balanceOf({ nodes, accounts }: LocalNetwork): Promise<bigint> {
  const query = { height: 0n, owner: accounts[1]!.address }
  return (await nodes[0]!.client.staking.account(query)).general.balance
}

describe('a local network with CometBFT as its engine', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-comet-net-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const options = { engine: 'cometbft', folder, validators: 2, blockMs: 100 } as const

  it('makes blocks, takes transactions, begins epochs, and goes on where it was', async () => {
    await using first = await createNetwork({ ...options, epochBlocks: 1_000 })
    await reach(first, 2n)
    const before = await balanceOf(first)
    const paidAt = await pay(first)
    assert.equal(await balanceOf(first), before + GIFT)
    const { client } = first.nodes[0]!
    assert.equal(await nextEpoch(first.nodes[0]!), 1n)
    const validators = await client.scheduler.getValidators(0n)
    assert.equal(validators.length, 2)
    const view = await lookAt(first.nodes, { silent: first.files.engines })
    assert.match(view.block?.proposer ?? '', /^engine-[01]$/)
    assert.deepEqual([view.nodes.length, view.nodes[0]?.isSynced], [1, true])
    assert.match(describeNetwork(first), /2 validators[\s\S]*CometBFT processes[\s\S]*engine-1 /)
    const { latestHeight } = await client.consensus.getStatus()
    const { hash } = await client.consensus.getBlock(paidAt)
    await first.stop()

    await using second = await createNetwork({ folder })
    assert.equal(second.files.engine, 'cometbft')
    await reach(second, latestHeight + 3n)
    assert.deepEqual((await second.nodes[0]!.client.consensus.getBlock(paidAt)).hash, hash)
    await pay(second)
    assert.equal(await balanceOf(second), before + 2n * GIFT)
    await second.stop()
    const { genesisPath, engines } = second.files
    assert.ok(existsSync(genesisPath))
    assert.match(readFileSync(engines[0]!.logPath, 'utf8'), /executed block|finalizing commit/)
  })

  it('refuses what only our own engine can', async () => {
    const words = /with the engine cometbft does not go back and has no snapshots/
    await using network = await createNetwork({ folder })
    const { files } = network
    await network.stop()
    await assert.rejects(
      rewindNetwork(files, 2n, () => undefined),
      words,
    )
    assert.throws(() => snapshotNetwork(files, 'a'), words)
    await assert.rejects(restoreNetwork(files, 'a'), words)
    await assert.rejects(
      createNetwork({ folder, engine: 'wadi' }),
      /began with --engine cometbft, and --engine wadi is asked for; leave that away/,
    )
    await assert.rejects(createNetwork({ folder, processes: 'each' }), /leave --processes away/)
  })
})
