/** Somebody who uses the ParaTime `keyvalue` of a local network. */

import assert from 'node:assert/strict'
import { toUtf8 } from '@wadi/base/bytes'
import { decodeRust, encode } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { Call, CallOutput, KeyArgs, KeyValueArgs } from '@wadi/paratime-keyvalue/call'
import type { LocalNetwork, NetworkNode } from '../createNetwork.ts'

const LATEST_ROUND = 2n ** 64n - 1n
const { id: runtimeId } = PARATIMES.keyvalue
const plain = { generation: 0n, churpId: 0 }
/** In so many rounds the key manager has had time to take a secret. */
const ROUNDS_UNTIL_KEYS = 5

/** A node by its name. */
export function nodeOf({ nodes }: LocalNetwork, name: string): NetworkNode {
  const found = nodes.find((node) => node.name === name)
  assert.ok(found !== undefined)
  return found
}

/** Waits until a node has seen so many rounds that did not fail. */
export async function untilRounds({ client }: NetworkNode, count: number): Promise<void> {
  let seen = 0
  for await (const { block } of client.runtimeClient.watchBlocks(runtimeId))
    if (block.header.headerType === 1 && ++seen >= count) return
}

/** Waits until the first secret counts, and the key manager has had time to take it. */
export async function untilKeys(node: NetworkNode): Promise<void> {
  const { consensus, keyManagerSecrets } = node.client
  for await (const { height } of consensus.watchBlocks()) {
    const { checksum = [] } = await keyManagerSecrets.getStatus({ id: KEY_MANAGER.id, height })
    if (checksum.length > 0) break
  }
  await untilRounds(node, ROUNDS_UNTIL_KEYS)
}

/** What a node knows of a key in its last round. */
export async function readKey(
  { client }: NetworkNode,
  key: string,
  method: 'get' | 'enc_get' = 'get',
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

/** See the top of this file. */
export class KeyvalueUser {
  #nonce: bigint

  constructor(nonce = 0n) {
    this.#nonce = nonce
  }

  /** Sets a key, and answers when that is final. */
  async insert(
    { client }: NetworkNode,
    key: string,
    value: string,
    method: 'insert' | 'enc_insert' = 'insert',
  ): Promise<void> {
    const args = encode(KeyValueArgs, { ...plain, key, value })
    const sender = toUtf8('somebody')
    const data = encode(Call, { sender, nonce: this.#nonce++, method, args })
    const output = decodeRust(CallOutput, await client.runtimeClient.submitTx({ runtimeId, data }))
    assert.equal(output.kind, 'Success', `${output.body}`)
  }
}
