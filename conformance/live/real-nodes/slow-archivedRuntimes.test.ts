/** A node that followed a ParaTime goes on as an archive, and answers as it did; and back again. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decodeRust, encode } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { createNetwork, type LocalNetwork } from '@wadi/localnet/create-network'
import { RunningNode } from '@wadi/node/running-node'
import { loadConfig } from '@wadi/node-config/load-config'
import { Call, CallOutput, KeyArgs, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import type { NodeClient } from '@wadi/sdk/node-client'

const { id: runtimeId } = PARATIMES.keyvalue
const NAME = 'client-0'
/** The whole of a test, however busy the machine is. */
const MS_MAX = 300_000
const plain = { generation: 0n, churpId: 0 }

function insertion(nonce: bigint): Uint8Array {
  const args = encode(KeyValueArgs, { ...plain, key: 'old', value: 'kept' })
  return encode(Call, { sender: toUtf8('somebody'), nonce, method: 'insert', args })
}

/** What is answered of a round, or why nothing is. */
async function answersOf({ runtimeClient }: NodeClient, round: bigint): Promise<unknown> {
  const asked = { runtimeId, round }
  return {
    genesis: await runtimeClient.getGenesisBlock(runtimeId),
    first: await runtimeClient.getLastRetainedBlock(runtimeId),
    block: await runtimeClient.getBlock(asked),
    transactions: await runtimeClient.getTransactions(asked),
    results: await runtimeClient.getTransactionsWithResults(asked),
    events: await runtimeClient.getEvents(asked),
  }
}

async function valueAt({ runtimeClient }: NodeClient, round: bigint): Promise<unknown> {
  const args = encode(KeyArgs, { ...plain, key: 'old' })
  const asked = { runtimeId, component: undefined, round, method: 'get', args }
  return decodeRust(nilable(text), (await runtimeClient.query(asked)).data)
}

/** Asks again until it is known: what is on disk is read, and programs begin, after the start. */
async function soon<T>(ask: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      await pause(100)
    }
}

describe('an archive of a node that followed a ParaTime', () => {
  let network: LocalNetwork
  before(async () => {
    const options = { validators: 1, blockMs: 250, epochBlocks: 40, clients: 1 }
    network = await createNetwork({ ...options, paratimes: ['keyvalue'], computeNodes: 1 })
  })
  after(() => network.stop())

  it('answers as the node did, and the node goes on after it', { timeout: MS_MAX }, async () => {
    const { client, configPath, dataDir } = network.nodes.find(({ name }) => name === NAME)!
    const { runtimeClient } = client
    const data = insertion(0n)
    const { round, data: output } = await soon(() =>
      runtimeClient.submitTxMeta({ runtimeId, data }),
    )
    assert.equal(decodeRust(CallOutput, output).kind, 'Success')
    const before = [await answersOf(client, round), await valueAt(client, round)]
    assert.equal(before[1], 'kept')
    const height = await client.consensus.getLatestHeight()

    await network.stopNode(NAME)
    const flags = ['--mode=archive']
    const settings = loadConfig({ file: configPath, environment: {}, flags }).config
    const archive = new RunningNode({ settings, dataDir, isForTests: true })
    await archive.start()
    const status = await client.nodeController.getStatus()
    assert.equal(status.mode, 'archive')
    assert.ok((status.consensus?.latestHeight ?? 0n) >= height)
    assert.deepEqual(await soon(() => answersOf(client, round)), before[0])
    assert.equal(await soon(() => valueAt(client, round)), before[1])
    assert.deepEqual(Array.from(status.runtimes?.keys() ?? []), [runtimeId])
    const submitted = runtimeClient.submitTx({ runtimeId, data: insertion(1n) })
    await assert.rejects(submitted, { module: 'runtime/client', code: 6 })
    const latest = await runtimeClient.getBlock({ runtimeId, round: 2n ** 64n - 1n })
    assert.ok(latest.header.round >= round)
    await archive.stop()

    await network.startNode(NAME)
    const next = await soon(() => runtimeClient.submitTxMeta({ runtimeId, data: insertion(1n) }))
    assert.ok(next.round > latest.header.round)
    assert.deepEqual(await answersOf(client, round), before[0])
  })
})
