/** A network of validators on this machine, for people and for tests. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { PortWish } from '@wadi/compose/free-ports'
import type { NetworkAccount } from '@wadi/compose/network-keys'
import type { ParatimeChoice } from '@wadi/compose/network-paratimes'
import { processClock } from '@wadi/compose/process-world'
import { Channel } from '@wadi/grpc/channel'
import {
  createDebugClient,
  createNodeClient,
  type DebugClient,
  type NodeClient,
} from '@wadi/sdk/node-client'
import { localAccounts } from './accounts.ts'
import { finishChange } from './changeNetwork.ts'
import { requireComet } from './engine/cometBinary.ts'
import { engineHere } from './engine/engineHere.ts'
import { type EpochClock, startEpochClock } from './epochClock.ts'
import { type FolderHold, holdFolder } from './folderHold.ts'
import { requirePlace } from './forgetNetwork.ts'
import { BEGIN_TRIES, START_MS_MAX } from './limits.ts'
import type { LocalNode } from './localNode.ts'
import { isPortLost, type MovedPort, movePorts } from './movePorts.ts'
import {
  type EngineKind,
  type NetworkChoices,
  type NetworkFiles,
  type NodePlace,
  openNetworkFiles,
} from './networkFiles.ts'
import { targetOf } from './networkPlaces.ts'
import { NetworkProcesses } from './networkProcesses.ts'
import { requireChoices } from './requireChoices.ts'

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
  /** Which run beside the consensus layer: none unless told otherwise. */
  readonly paratimes?: readonly ParatimeChoice[]
  /** Nodes that run them: 3 unless told otherwise. */
  readonly computeNodes?: number
  /** Nodes that keep secrets for them: none unless told otherwise. */
  readonly keyManagers?: number
  /** Nodes that run them for those who ask, and take no part: none unless told otherwise. */
  readonly observers?: number
  /** Nodes that follow them, and take their transactions: none unless told otherwise. */
  readonly clients?: number
  /** `later`: what runs ParaTimes begins when there are blocks, and nobody waits for it. */
  readonly workers?: 'awaited' | 'later'
  /** `any` free ones unless told otherwise: many networks begin at the same moment. */
  readonly ports?: PortWish
  /** Is told before Go builds CometBFT, once: that takes minutes. */
  readonly onBuild?: () => void
  /** Is told which ports another program has, and what they are now. */
  readonly onMoved?: (ports: readonly MovedPort[]) => void
  /** Aborted while it begins: what has begun is ended, and then the reason is thrown. */
  readonly signal?: AbortSignal
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
  /** Ends one node, and begins it again when that is wanted. */
  stopNode(name: string): Promise<void>
  startNode(name: string): Promise<void>
  /** Ends one node with no time to put anything in order; only with a process for `each`. */
  killNode(name: string): Promise<void>
  /** Ends all nodes; what is durable stays. */
  stop(): Promise<void>
}

/** What a newcomer gets. */
export const USUAL_NETWORK = {
  validators: 4,
  blockMs: 250,
  epochBlocks: 60,
  paratimes: ['keyvalue', 'accounts'],
  computeNodes: 3,
} as const

/** What is chosen where nobody chooses. */
const PLAIN_NETWORK: NetworkChoices = { ...USUAL_NETWORK, paratimes: [] }

interface Place extends FolderHold {
  readonly folder: string
}

/** A folder for this process alone; one that nobody names is removed in the end. */
function takePlace(named: string | undefined): Place {
  if (named !== undefined) {
    requirePlace(named)
    const hold = holdFolder(named)
    finishChange(named)
    return { folder: named, ...hold }
  }
  const folder = mkdtempSync(join(tmpdir(), 'wadi-network-'))
  const release = () => rmSync(folder, { recursive: true, force: true })
  // Nobody else knows of it.
  return { folder, markRunning: () => undefined, release }
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
    const channel = new Channel({ target: targetOf(place), ...world })
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

/**
 * Begins a network, or goes on with the one of a folder, which has to be what the options say.
 * `usual` is what a new one is beside that.
 */
export async function createNetwork(
  options: LocalNetworkOptions = {},
  usual: NetworkChoices = PLAIN_NETWORK,
): Promise<LocalNetwork> {
  const { folder, markRunning, release } = takePlace(options.folder)
  try {
    const network = await beginNetwork(folder, options, usual)
    markRunning()
    let ended: Promise<void> | undefined
    const stop = () => {
      ended ??= network.stop().finally(release)
      return ended
    }
    return { ...network, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    release()
    throw error
  }
}

/** Begins it with ports that are free, once more if another program has taken one meanwhile. */
async function beginNetwork(
  folder: string,
  options: LocalNetworkOptions,
  usual: NetworkChoices,
): Promise<LocalNetwork> {
  const { ports = 'any', onBuild, processes, workers: _, onMoved, signal, ...chosen } = options
  const findBinary = () => requireComet({ environment: process.env, onBuild })
  // Before anything is made of which nothing can come.
  const binary = chosen.engine === 'cometbft' ? findBinary() : undefined
  const { folder: __, ...asked } = chosen
  const choices = { ...usual, ...asked }
  const openFiles = () => openNetworkFiles(folder, choices, ports)
  let files = await openFiles()
  requireChoices(files, asked)
  requireProcesses(files, processes)
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    // Others that began at the same moment would choose the same again.
    const moved = await movePorts(files, tries === 1 ? ports : 'any')
    if (moved.length > 0) {
      onMoved?.(moved)
      files = await openFiles()
    }
    try {
      return await runNetwork(files, options, () => binary ?? findBinary())
    } catch (error) {
      signal?.throwIfAborted()
      if (tries >= BEGIN_TRIES || !(await isPortLost(files))) throw withRemedy(error)
    }
  }
}

/** What somebody can do whose port was taken after it was looked at. */
export function withRemedy(error: unknown): unknown {
  if (!(error instanceof UnavailableError) || !error.message.includes('EADDRINUSE')) return error
  const remedy = 'another program has taken the port: start again, and another one is chosen'
  const why = `${error.message}; ${remedy}`
  return new UnavailableError('localnet.ports', why, { cause: error })
}

/** Runs the network of a folder until somebody stops it. */
async function runNetwork(
  files: NetworkFiles,
  { processes = 'one', workers, signal }: LocalNetworkOptions,
  findBinary: () => string,
): Promise<LocalNetwork> {
  const engines = files.engines.map((place) => engineHere(place, files, findBinary()))
  const processed = new NetworkProcesses(files.nodes, processes)
  const late = Promise.withResolvers<unknown>()
  const failures = engines.map((node) => node.failed)
  const failed = Promise.race([...failures, processed.failed, late.promise])
  const { nodes, close } = connect(files)
  let epochs: EpochClock | undefined
  let isOver = false
  let starting: Promise<void> = Promise.resolve()
  const end = async () => {
    isOver = true
    epochs?.stop()
    // Nobody waits for a block any more; who has begun to start is started before it stops.
    close()
    await starting
    await stopAll([...engines, processed])
  }
  let ended: Promise<void> | undefined
  const stop = () => {
    ended ??= end()
    return ended
  }
  const [voting, working] = [true, false].map((isVoting) =>
    nodes.filter(({ part }) => (part === undefined) === isVoting),
  ) as [NetworkNode[], NetworkNode[]]
  const startWorking = async () => {
    for (const { name } of working) if (!isOver) await processed.startNode(name)
  }
  const answered = (asked: readonly NetworkNode[]) => Promise.all(asked.map(untilCalled))
  const begin = async () => {
    await Promise.all([
      ...engines.map((engine) => engine.start()),
      ...voting.map(({ name }) => processed.startNode(name)),
    ])
    await answered(voting)
    if (workers === 'later') return
    await startWorking()
    await answered(nodes)
  }
  try {
    await Promise.race([begin(), failed.then(raise), untilAborted(signal)])
  } catch (error) {
    await stop()
    throw error
  }
  if (workers === 'later' && working.length > 0)
    starting = untilBlock(nodes[0]!).then(startWorking).catch(late.resolve)
  epochs = startEpochClock(nodes[0]!, files)
  return {
    files,
    nodes,
    accounts: localAccounts(),
    failed,
    startNode: (name) => processed.startNode(name),
    stopNode: (name) => processed.stopNode(name),
    killNode: (name) => processed.killNode(name),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** CometBFT has processes of its own, and everything of ours is in this one. */
function requireProcesses(
  { engine }: NetworkFiles,
  processes: LocalNetworkOptions['processes'],
): void {
  if (engine !== 'cometbft' || processes !== 'each') return
  throw new UnavailableError(
    'localnet.engine',
    'with the engine cometbft each validator has a process of CometBFT, and our part of all runs in this one; leave --processes away',
  )
}

async function untilCalled({ client }: NetworkNode): Promise<void> {
  await client.nodeController.isSynced(undefined, { whenAway: 'wait', timeoutMs: START_MS_MAX })
}

/** Whoever begins a network wants to see it, before all of its nodes are there. */
async function untilBlock({ client }: NetworkNode): Promise<void> {
  for await (const { height } of client.consensus.watchBlocks()) if (height > 0n) return
}

/** Throws the reason; never answers otherwise. */
function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
}

function raise(error: unknown): never {
  throw error
}

async function stopAll(nodes: readonly Pick<LocalNode, 'stop'>[]): Promise<void> {
  const ended = await Promise.allSettled(nodes.map((node) => node.stop()))
  const failure = ended.find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}
