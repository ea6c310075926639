import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { decodeRust, encode, type Schema } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { Call, CallOutput, KeyArgs, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import { createNetwork, type LocalNetwork, type NetworkNode } from './createNetwork.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-paratimes-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const QUICK = { validators: 1, blockMs: 250, epochBlocks: 100 }
const LATEST_ROUND = 2n ** 64n - 1n
const { id: runtimeId } = PARATIMES.keyvalue

function nodeOf({ nodes }: LocalNetwork, name: string): NetworkNode {
  const found = nodes.find((node) => node.name === name)
  assert.ok(found !== undefined)
  return found
}

/** Of the only sender; each network begins with none. */
let nonce = 0n
beforeEach(() => {
  nonce = 0n
})

function call<T>(method: string, schema: Schema<T>, args: T): Uint8Array {
  const given = { sender: toUtf8('somebody'), nonce: nonce++, method }
  return encode(Call, { ...given, args: encode(schema, args) })
}

const plain = { generation: 0n, churpId: 0 }

/** Waits until a node has seen so many rounds that did not fail. */
async function untilRounds({ client }: NetworkNode, count: number): Promise<void> {
  let seen = 0
  for await (const { block } of client.runtimeClient.watchBlocks(runtimeId))
    if (block.header.headerType === 1 && ++seen >= count) return
}

/** Waits until the first secret counts, and the key manager has had time to take it. */
async function untilKeys(node: NetworkNode): Promise<void> {
  const { consensus, keyManagerSecrets } = node.client
  for await (const { height } of consensus.watchBlocks()) {
    const { checksum = [] } = await keyManagerSecrets.getStatus({ id: KEY_MANAGER.id, height })
    if (checksum.length > 0) break
  }
  await untilRounds(node, 5)
}

/** Sets a key, and answers when that is final. */
async function insert(
  { client }: NetworkNode,
  key: string,
  value: string,
  method = 'insert',
): Promise<void> {
  const data = call(method, KeyValueArgs, { ...plain, key, value })
  const output = decodeRust(CallOutput, await client.runtimeClient.submitTx({ runtimeId, data }))
  assert.equal(output.kind, 'Success', `${output.body}`)
}

/** What a node knows of a key in its last round. */
async function read(
  { client }: NetworkNode,
  key: string,
  method = 'get',
): Promise<string | undefined> {
  const { data } = await client.runtimeClient.query({
    runtimeId,
    component: undefined,
    round: LATEST_ROUND,
    method,
    args: encode(KeyArgs, { ...plain, key }),
  })
  return decodeRust(nilable(text), data)
}

describe('a network with a key manager', () => {
  it('keeps what is encrypted, and reads it at another node', async () => {
    const nodes = { paratimes: ['keyvalue'], computeNodes: 2, keyManagers: 1 } as const
    // The first secret is made at some block of an epoch, and counts from the next one on.
    await using network = await createNetwork({ ...QUICK, ...nodes, epochBlocks: 20 })
    const [one, other] = [nodeOf(network, 'compute-0'), nodeOf(network, 'compute-1')]
    await untilRounds(one, 2)
    await untilKeys(one)
    await insert(one, 'secret', 'word', 'enc_insert')
    await untilRounds(other, 2)
    assert.equal(await read(other, 'secret', 'enc_get'), 'word')
    assert.equal(await read(other, 'secret'), undefined)
  })
})

describe('a network with ParaTimes', () => {
  it('finalizes what one node is given, so that others know, and loses nothing with a node', async () => {
    const options = { ...QUICK, folder, paratimes: ['keyvalue'], clients: 1 } as const
    {
      await using network = await createNetwork(options)
      const client = nodeOf(network, 'client-0')
      await untilRounds(client, 2)
      await insert(client, 'a', '1')
      const other = nodeOf(network, 'compute-1')
      await untilRounds(other, 2)
      assert.equal(await read(other, 'a'), '1')
      await network.stopNode('compute-0')
      await insert(client, 'b', '2')
      await network.startNode('compute-0')
      await insert(client, 'c', '3')
      const again = nodeOf(network, 'compute-0')
      await untilRounds(again, 2)
      assert.equal(await read(again, 'b'), '2')
    }
    await using network = await createNetwork(options)
    const compute = nodeOf(network, 'compute-2')
    await untilRounds(compute, 2)
    assert.equal(await read(compute, 'c'), '3')
    await insert(compute, 'd', '4')
  })
})
