import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { validatorKeys } from '@wadi/compose/network-keys'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { findComet } from './cometBinary.ts'
import { EnginePair, freePortPairs, until } from './enginePair.ts'

const comet = findComet()
const VALIDATORS = 4
/** Each twice: before and while somebody is gone. */
const TRANSFERS = 24

const network = createNetworkGenesis({
  seed: 'external engine',
  validators: VALIDATORS,
  accounts: TRANSFERS,
  timeoutCommitMs: 50n,
  epochBlocks: 12n,
  params: {
    stateCheckpointInterval: 10n,
    stateCheckpointNumKept: 4n,
    stateCheckpointChunkSize: 4_096n,
  },
})
/** The same network, and somebody who does not validate. */
const withGuest = {
  ...network,
  validators: [...network.validators, validatorKeys('external engine', VALIDATORS)],
}

/** A block as the engine tells of it. */
interface ToldBlock {
  readonly block_id: { readonly hash: string }
  readonly block: {
    readonly header: { readonly app_hash: string; readonly proposer_address: string }
    readonly data: { readonly txs: readonly string[] }
  }
}

interface ToldResults {
  readonly txs_results: readonly { readonly code: number; readonly codespace: string }[] | null
}

const transferOf = (n: number, nonce: bigint): Uint8Array => {
  const [from, to] = [network.accounts[n]!, network.accounts[(n + 1) % TRANSFERS]!]
  const { chainContext } = network
  return signedTransfer({ chainContext, from, to: to.address, amount: 5n, nonce })
}

/** Waits for a height on some pairs. */
async function allReach(pairs: readonly EnginePair[], height: bigint): Promise<void> {
  for (const pair of pairs)
    await until(`block ${height}`, async () => ((await pair.height()) >= height ? true : undefined))
}

/** How many transactions blocks up to a height had that succeeded, but for those of proposers. */
async function countTransfers(pair: EnginePair, height: bigint): Promise<number> {
  let count = 0
  for (let at = 1n; at <= height; at++) {
    const { txs_results } = (await pair.call('block_results', { height: `${at}` })) as ToldResults
    const codes = (txs_results ?? []).map(({ code }) => code)
    assert.ok(codes.every((code) => code === 0))
    // Every block has the metadata of its proposer.
    assert.ok(codes.length > 0)
    count += codes.length - 1
  }
  return count
}

/** Waits until a pair has so many transfers. */
async function committed(pair: EnginePair, count: number): Promise<void> {
  await until(`${count} transfers`, async () => {
    const found = await countTransfers(pair, await pair.height())
    return found === count ? true : undefined
  })
}

async function blockAt(pair: EnginePair, height: bigint): Promise<ToldBlock> {
  return (await pair.call('block', { height: `${height}` })) as ToldBlock
}

describe('four applications, each under a CometBFT process', { skip: comet.missing }, () => {
  it('commit transfers, survive kills, have the same state, and give it to others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-engine-'))
    const ports = await freePortPairs(VALIDATORS + 1)
    const pairs = Array.from({ length: VALIDATORS }, (_, index) => {
      return new EnginePair({ binary: comet.path, folder, network, index, ports })
    })
    const [first, second, third, last] = pairs as [EnginePair, EnginePair, EnginePair, EnginePair]
    try {
      await Promise.all(pairs.map((pair) => pair.start()))
      await allReach(pairs, 3n)

      for (let i = 0; i < TRANSFERS; i++)
        assert.equal(await pairs[i % VALIDATORS]!.submit(transferOf(i, 0n)), 0)
      assert.notEqual(await first.submit(transferOf(0, 7n)), 0)
      await committed(last, TRANSFERS)

      await last.kill()
      const killedAt = await first.height()
      await allReach([first, second, third], killedAt + 4n)
      for (let i = 0; i < TRANSFERS; i++)
        assert.equal(await pairs[i % (VALIDATORS - 1)]!.submit(transferOf(i, 1n)), 0)
      await allReach([first], killedAt + 8n)

      await second.killApplication()
      await Promise.all([last.start(), second.start()])
      const restartedAt = await first.height()
      await allReach(pairs, restartedAt + 12n)

      const height = restartedAt + 12n
      for (let at = 1n; at <= height; at++) {
        const [ours, ...others] = await Promise.all(pairs.map((pair) => blockAt(pair, at)))
        for (const other of others) {
          assert.equal(other.block_id.hash, ours?.block_id.hash)
          assert.equal(other.block.header.app_hash, ours?.block.header.app_hash)
        }
      }
      assert.equal(await countTransfers(last, height), 2 * TRANSFERS)

      const { block_id } = await blockAt(first, height)
      const servers = [first, second].map((_, i) => `http://127.0.0.1:${ports[i]?.rpc}`)
      const guest = new EnginePair({
        binary: comet.path,
        folder,
        network: withGuest,
        index: VALIDATORS,
        ports,
        settings: [
          'statesync.enable=true',
          `statesync.rpc_servers=${servers.join(',')}`,
          `statesync.trust_height=${height}`,
          `statesync.trust_hash=${block_id.hash}`,
          'statesync.trust_period=1h',
          'statesync.discovery_time=5s',
        ],
      })
      pairs.push(guest)
      await guest.start()
      await allReach([guest], height + 1n)
      const heardOf = await guest.height()
      const { block } = await blockAt(guest, heardOf)
      assert.deepEqual(block.header, (await blockAt(first, heardOf)).block.header)
      // It began with a snapshot: it never had the first block.
      await assert.rejects(blockAt(guest, 1n))

      for (const pair of pairs) assert.deepEqual(await pair.stop(), [0, 0])
    } catch (error) {
      const logs = pairs.map((pair) => pair.log('application').slice(-500))
      throw new Error(`${error}; the pairs said last:\n${logs.join('\n')}`, { cause: error })
    } finally {
      await Promise.all(pairs.map((pair) => pair.kill()))
      rmSync(folder, { recursive: true })
    }
  })
})
