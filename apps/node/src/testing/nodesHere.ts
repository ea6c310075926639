/** Nodes in this process, and clients of them. For tests. */

import { join } from 'node:path'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import type { Signer } from '@wadi/crypto/signature/signer'
import { Channel } from '@wadi/grpc/channel'
import { loadConfig } from '@wadi/node-config/load-config'
import { signTransaction, transactionContext } from '@wadi/primitives/transaction'
import { createNodeClient, type NodeClient } from '@wadi/sdk/node-client'
import { prepareTransaction } from '@wadi/sdk/prepare-transaction'
import { RunningNode } from '../runningNode.ts'

/** A node of a file of configuration. */
export function nodeOf(
  configPath: string,
  dataDir: string,
  flags: readonly string[] = [],
): RunningNode {
  const settings = loadConfig({ file: configPath, environment: {}, flags }).config
  return new RunningNode({ settings, dataDir, isForTests: true })
}

/** Asks the node of a folder. */
export async function withClient<T>(
  dataDir: string,
  use: (client: NodeClient) => Promise<T>,
): Promise<T> {
  const target = `unix:${join(dataDir, 'internal.sock')}`
  const channel = new Channel({ target, clock: processClock, timers: nodeTimers })
  try {
    return await use(createNodeClient(channel))
  } finally {
    channel.close()
  }
}

/** Has somebody call the consensus layer. */
export async function submitAs(
  signer: Signer,
  { client, chainContext }: { readonly client: NodeClient; readonly chainContext: string },
  call: { readonly method: string; readonly body: Uint8Array },
): Promise<void> {
  const transaction = await prepareTransaction(client, signer.publicKey, call)
  const signed = signTransaction(signer, transactionContext(chainContext), transaction)
  await client.consensus.submitTx(signed)
}

/** Waits for a block. */
export async function untilHeight(dataDir: string, wanted: bigint): Promise<void> {
  await withClient(dataDir, async (client) => {
    for await (const { height } of client.consensus.watchBlocks()) if (height >= wanted) break
  })
}
