/** A network of validators on this machine, for people and for tests. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { NetworkAccount } from '@wadi/compose/network-keys'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import {
  createDebugClient,
  createNodeClient,
  type DebugClient,
  type NodeClient,
} from '@wadi/sdk/node-client'
import { localAccounts } from './accounts.ts'
import { requireComet } from './engine/cometBinary.ts'
import { engineHere } from './engine/engineHere.ts'
import { type EpochClock, startEpochClock } from './epochClock.ts'
import { START_MS_MAX } from './limits.ts'
import { type LocalNode, nodeElsewhere, nodeHere } from './localNode.ts'
import {
  type EngineKind,
  type NetworkFiles,
  type NodePlace,
  openNetworkFiles,
} from './networkFiles.ts'

/** How a network is to be. */
export interface LocalNetworkOptions {
  /** Where it is kept; in a folder that is removed at the end if it is left out. */
  readonly folder?: string
  /** 4 unless told otherwise. */
  readonly validators?: number
  /** Milliseconds between blocks: 250 unless told otherwise. */
  readonly blockMs?: number
  /** Blocks of an epoch: 60 unless told otherwise. */
  readonly epochBlocks?: number
  /** `one` for all nodes, unless told otherwise, or one for `each`. */
  readonly processes?: 'one' | 'each'
  /**
   * Ours unless told otherwise. With CometBFT's the validators are processes of it, which drive
   * our application, in its own dialect of signatures; the only node is one that follows them.
   */
  readonly engine?: EngineKind
  /** Is told before Go builds CometBFT, once: that takes minutes. */
  readonly onBuild?: () => void
}

/** A node that can be asked. */
export interface NetworkNode extends NodePlace {
  readonly client: NodeClient
  /** What is only for tests, such as beginning an epoch. */
  readonly debug: DebugClient
}

/** A network that lives until it is stopped. */
export interface LocalNetwork extends AsyncDisposable {
  readonly files: NetworkFiles
  readonly nodes: readonly NetworkNode[]
  /** Those that are funded. The last one is the faucet's. */
  readonly accounts: readonly NetworkAccount[]
  /** Why a node ended that was not asked to; never resolves otherwise. */
  readonly failed: Promise<unknown>
  /** Ends all nodes; what is durable stays. */
  stop(): Promise<void>
}

/** What a newcomer gets. */
export const USUAL_NETWORK = { validators: 4, blockMs: 250, epochBlocks: 60 } as const

interface Scratch {
  readonly folder: string
  remove(): void
}

function scratchFolder(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-network-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The nodes of a network that runs, wherever it runs. */
export interface NetworkConnection {
  readonly files: NetworkFiles
  readonly nodes: readonly NetworkNode[]
  close(): void
}

function connect(files: NetworkFiles): NetworkConnection {
  const world = { clock: processClock, timers: nodeTimers }
  const ways = files.nodes.map((place) => {
    const channel = new Channel({ target: `unix:${place.socketPath}`, ...world })
    const node = {
      ...place,
      client: createNodeClient(channel),
      debug: createDebugClient(channel),
    }
    return { channel, node }
  })
  return {
    files,
    nodes: ways.map(({ node }) => node),
    close() {
      for (const { channel } of ways) channel.close()
    },
  }
}

/** Connects with the network of a folder, which is there. */
export async function connectNetwork(folder: string): Promise<NetworkConnection> {
  return connect(await openNetworkFiles(folder, USUAL_NETWORK))
}

/** Begins a network, or goes on with the one of a folder. */
export async function createNetwork(options: LocalNetworkOptions = {}): Promise<LocalNetwork> {
  const { processes = 'one', folder, onBuild, ...chosen } = options
  const findBinary = () => requireComet({ environment: process.env, onBuild })
  // Before anything is made of which nothing can come.
  const binary = chosen.engine === 'cometbft' ? findBinary() : undefined
  const scratch = folder === undefined ? scratchFolder() : undefined
  // Nobody looks for a network where it is gone afterwards: tests begin many at the same moment.
  const wish = folder === undefined ? 'any' : 'usual'
  const choices = { ...USUAL_NETWORK, ...chosen }
  const files = await openNetworkFiles(folder ?? scratch!.folder, choices, wish)
  requireEngine(files, chosen.engine, processes)
  const running = [
    ...files.engines.map((place) => engineHere(place, files, binary ?? findBinary())),
    ...files.nodes.map(processes === 'one' ? nodeHere : nodeElsewhere),
  ]
  const failed = Promise.race(running.map((node) => node.failed))
  const { nodes, close } = connect(files)
  let epochs: EpochClock | undefined
  const end = async () => {
    epochs?.stop()
    close()
    await stopAll(running)
    scratch?.remove()
  }
  let ended: Promise<void> | undefined
  const stop = () => {
    ended ??= end()
    return ended
  }
  try {
    await Promise.all(running.map((node) => node.start()))
    await Promise.race([Promise.all(nodes.map(untilCalled)), failed.then(raise)])
  } catch (error) {
    await stop()
    throw error
  }
  epochs = startEpochClock(nodes[0]!, files.epochBlocks)
  return {
    files,
    nodes,
    accounts: localAccounts(),
    failed,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A network keeps the engine that it began with. */
function requireEngine(
  { folder, engine }: NetworkFiles,
  wanted: EngineKind = engine,
  processes: 'one' | 'each' = 'one',
): void {
  const refuse = (why: string) => new UnavailableError('localnet.engine', why)
  if (wanted !== engine)
    throw refuse(
      `the network in ${folder} began with the engine ${engine}; leave --engine away, or forget it with --fresh`,
    )
  if (engine === 'cometbft' && processes === 'each')
    throw refuse(
      'with the engine cometbft each validator has a process of CometBFT, and our part of all runs in this one; leave --processes away',
    )
}

async function untilCalled({ client }: NetworkNode): Promise<void> {
  await client.nodeController.isSynced(undefined, { whenAway: 'wait', timeoutMs: START_MS_MAX })
}

function raise(error: unknown): never {
  throw error
}

async function stopAll(nodes: readonly LocalNode[]): Promise<void> {
  const ended = await Promise.allSettled(nodes.map((node) => node.stop()))
  const failure = ended.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}
