/** A validator and a compute node that runs `keyvalue`, in this process. For tests. */

import { UnavailableError } from '@wadi/base/errors'
import { freePorts } from '@wadi/compose/free-ports'
import {
  makeNetworkFolders,
  type NetworkFoldersOptions,
  type NodeFolder,
} from '@wadi/compose/network-folders'
import {
  createNetworkGenesis,
  type NetworkGenesis,
  type NetworkOptions,
} from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { NodeClient } from '@wadi/sdk/node-client'
import { nodeOf } from './nodesHere.ts'

/** What the test says of it. */
export interface ComputeNetworkOptions
  extends Pick<NetworkFoldersOptions, 'folder'>,
    Pick<NetworkOptions, 'change'> {
  /** Of its keys. */
  readonly seed: string
  readonly blockMs: bigint
  readonly epochBlocks: bigint
  /** Sections of the compute node's configuration, which may use one more port that is free. */
  readonly compute?: (freePort: number) => Readonly<Record<string, unknown>>
  /** What the compute node runs. */
  readonly paratimes?: ReturnType<NonNullable<NetworkFoldersOptions['paratimesOf']>>
}

/** See the top of this file; nothing runs yet. */
export interface ComputeNetwork {
  readonly network: NetworkGenesis
  readonly folders: readonly [validator: NodeFolder, compute: NodeFolder]
  /** One more, which nobody has. */
  readonly freePort: number
}

/** Makes its folders. */
export async function makeComputeNetwork(options: ComputeNetworkOptions): Promise<ComputeNetwork> {
  const { folder, seed, blockMs, epochBlocks, compute, paratimes, change } = options
  const network = createNetworkGenesis({
    seed,
    validators: 1,
    epochBlocks,
    timeoutCommitMs: blockMs,
    paratimes: { paratimes: ['keyvalue'], computeNodes: 1 },
    ...(change && { change }),
  })
  const [validatorPort = 0, consensus = 0, p2p = 0, freePort = 0] = await freePorts(4)
  const [validator, computing] = makeNetworkFolders({
    folder,
    network,
    ports: [validatorPort],
    workerPorts: [{ consensus, p2p }],
    settings: (i) => (i === 1 ? (compute?.(freePort) ?? {}) : {}),
    ...(paratimes && { paratimesOf: () => paratimes }),
  })
  return { network, folders: [validator!, computing!], freePort }
}

/** Starts nodes, one after the other; gives what stops them. */
export async function startNodes(folders: readonly NodeFolder[]): Promise<() => Promise<unknown>> {
  const nodes = folders.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
  for (const node of nodes) await node.start()
  return () => Promise.all(nodes.map((node) => node.stop()))
}

/** Waits for a round that did not fail, and for so many in all; gives the round. */
export async function untilRounds({ runtimeClient }: NodeClient, count: number): Promise<bigint> {
  let rounds = 0
  for await (const { block } of runtimeClient.watchBlocks(PARATIMES.keyvalue.id))
    if (++rounds >= count && block.header.headerType === HEADER_TYPES.normal)
      return block.header.round
  throw new UnavailableError('test.rounds', 'the node tells of no more rounds')
}
