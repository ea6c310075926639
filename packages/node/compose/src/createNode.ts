/** A node in this process: engine, application, stores, keys and network, put together. */

import { equalBytes } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import { type RandomSource, randomBelow } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import type { Network } from '@wadi/comet-p2p/network'
import type { VrfState } from '@wadi/consensus/beacon'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import type { Halt, HaltHook } from '@wadi/consensus-services/application/halt'
import type { Pruning } from '@wadi/consensus-services/application/pruning'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import type { Application, InitChainRequest } from '@wadi/contracts/application'
import type { RuntimeAnswers } from '@wadi/contracts/runtime-answers'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { type BlockTimes, Engine, type EngineConfig } from '@wadi/engine/engine'
import type { LightBlockProvider, StateSyncConfig } from '@wadi/engine/state-sync'
import type { CallObserver } from '@wadi/grpc/call-observer'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import type { RoundConfig } from '@wadi/tendermint/round/timeouts'
import { genesisOf } from './engineGenesis.ts'
import { exportHalted } from './haltExport.ts'
import { type NodeProfile, openAnswers } from './nodeAnswers.ts'
import { describeNode } from './nodeDescription.ts'
import { consensusKeyPath, type NodeKeys, signerIn } from './nodeKeys.ts'
import { createNodeNetwork, type PeersConfig } from './nodeNetwork.ts'
import {
  type NodeSigner,
  type NodeSignerOptions,
  openNodeSigner,
  type SignerConfig,
} from './nodeSigner.ts'
import { OasisApplication, type OasisApplicationOptions } from './oasisApplication.ts'
import { roundConfigOf } from './roundConfig.ts'
import { openUpgrader } from './upgradeFile.ts'

/** What an operator chooses. */
export interface NodeConfig {
  /** Where everything is that the node has. */
  readonly dataDir: string
  readonly dialect: SignatureDialect
  readonly peers: PeersConfig
  /** In place of what the network and the reference say. */
  readonly rounds?: Partial<RoundConfig>
  /** The node's own key unless told otherwise. */
  readonly signer?: SignerConfig
  /** Before which block the node stops for good. */
  readonly halt?: Halt
  /** A node without any state takes that of others instead of all blocks. */
  readonly stateSync?: StateSyncTrust | undefined
  /** Which states are kept, and with them blocks; all unless told otherwise. */
  readonly pruning?: Pruning
  /** How long a node that has to be upgraded goes on, on average; not at all unless told. */
  readonly upgradeStopDelayMs?: number
  /** How else it looks after its state. */
  readonly upkeep?: Pick<
    OasisApplicationOptions,
    'checkpoints' | 'checkpointSubtrees' | 'pruneIntervalMs' | 'checkedEvery'
  >
  /** Transactions of others that pay less for a unit of gas are not taken; none unless told. */
  readonly minGasPrice?: Quantity
}

/** What an operator knows of the chain; see {@link StateSyncConfig}. */
export type StateSyncTrust = Pick<
  StateSyncConfig,
  'trustHeight' | 'trustHash' | 'trustPeriodMs'
> & {
  /** CometBFT's 15 s unless told otherwise. */
  readonly discoveryMs?: number
}

/** The world as a node needs it. */
export interface NodeWorld {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomSource
  readonly files: FileSystem
  readonly metrics: MetricsRegistry
  /** Hears of the calls that the node makes to others. */
  readonly calls?: CallObserver
  /** The logger of a part of the node. */
  readonly logger: (module: string) => Logger
}

/** An application whose folder can be let go. */
export interface NodeApplication extends Application {
  close(): void
}

/** What a node is made of. */
export interface NodeOptions {
  readonly config: NodeConfig
  readonly world: NodeWorld
  readonly document: GenesisDocument
  readonly keys: NodeKeys
  /** A block has been applied, and can be asked about. */
  readonly onApplied?: (height: bigint) => void
  /** A transaction may wait for a block; told once each, and not by an application of one's own. */
  readonly onChecked?: (transaction: Uint8Array) => void
  /** What the node says of itself; without it, it answers no calls. */
  readonly profile?: NodeProfile
  /** What it answers about runtimes; only with a profile. */
  readonly runtimes?: RuntimeAnswers
  /** Who is asked for light blocks when a state is taken from others; one has to be honest. */
  readonly lightBlocks?: readonly LightBlockProvider[]
  /** The consensus layer unless told otherwise; the argument is its folder. */
  readonly openApplication?: (folder: string) => NodeApplication
  /** The node cannot go on. Told once, after everything has stopped. */
  readonly onFatal: (error: unknown) => void
}

/** A node that lives until it is stopped. */
export interface Node {
  readonly engine: Engine
  readonly network: Network
  /** What it answers; only of the consensus layer, and only if it has a profile. */
  readonly api: NodeApi | undefined
  /** The round of the beacon's proofs that is under way; undefined if there is none. */
  vrfRound(): VrfState | undefined
  /** Answers when others can connect. */
  start(): Promise<void>
  /** Ends everything; what is durable stays. */
  stop(): void
}

/** One is asked, and the others are compared with it. */
const LIGHT_PROVIDERS_MIN = 2
/** COMPAT(oasis-core): a halted node goes on for so long, and a part of the delay or more. */
const UPGRADE_STOP_MS_MIN = 10_000
const HALF = 0.5
const UINT32 = 2 ** 32
/** COMPAT(cometbft): so long snapshots are looked for, as the reference leaves it. */
const DISCOVERY_MS = 15_000

/** Opens everything, and brings the application to where the chain is. It does not start. */
export function createNode(options: NodeOptions): Node {
  const life = new Life()
  try {
    return open(options, life)
  } catch (error) {
    life.end()
    throw error
  }
}

/** What was opened, to be closed in the reverse order. */
class Life {
  readonly #open: { readonly close: () => void }[] = []
  isOver = false

  add<T>(thing: T, close: (thing: T) => void): T {
    this.#open.push({ close: () => close(thing) })
    return thing
  }

  /** Closes everything, also if something cannot be closed; the first such error is thrown. */
  end(): void {
    this.isOver = true
    const failures: unknown[] = []
    for (let one = this.#open.pop(); one !== undefined; one = this.#open.pop()) {
      try {
        one.close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}

function open(options: NodeOptions, life: Life): Node {
  const { config, world, document, keys } = options
  const { dataDir, dialect, peers, rounds } = config
  const folder = `${dataDir}/consensus`
  world.files.makeFolder(folder)
  const genesis = genesisOf(document, chainTermsOf(document))
  const connection = { publicKey: keys.p2p.publicKey, sign: signerIn(dialect, keys.p2p) }
  const signer = life.add(openSigner(options, { folder, genesis, connection }), (one) =>
    one.close(),
  )
  const privateValidator = signer.validator
  const { publicKey } = privateValidator
  let timeOf: BlockTimes = () => undefined
  const onHalt: HaltHook = (halted) => {
    const { files, logger } = world
    exportHalted(halted, { files, dataDir, document, timeOf, log: logger('node') })
  }
  const openApplication =
    options.openApplication ?? ((at) => openOasis(options, at, { publicKey, onHalt }))
  const application = life.add(openApplication(`${dataDir}/application`), (one) => one.close())
  // Blocks that are run again while the node is opened are no news to anybody.
  let api: NodeApi | undefined
  const engine = life.add(
    new Engine({
      world: { ...world, log: world.logger('engine') },
      folder,
      genesis,
      application,
      dialect,
      privateValidator,
      config: {
        rounds: { ...roundConfigOf(document), ...rounds },
        ...stateSyncOf(options, genesis),
      },
      onOpened: (times) => {
        timeOf = times
      },
      onApplied: ({ block: { header } }) => {
        api?.applied(header.height)
        if (api !== undefined) options.onApplied?.(header.height)
      },
      onCaughtUp: () => api?.changed(),
      onFatal: (error) => endWith(options, life, error),
      onHalted: (error) => endLater(options, life, error),
    }),
    (one) => one.stop(),
  )
  const { network, start, stop } = createNodeNetwork({
    world: { ...world, log: world.logger('p2p') },
    config: peers,
    folder,
    key: connection,
    dialect,
    description: describeNode(genesis.chainId, application.info().appVersion),
    reactors: engine.reactors,
  })
  life.add(stop, (end) => end())
  const { profile, runtimes } = options
  if (profile !== undefined && application instanceof OasisApplication) {
    const p2pKey = keys.p2p.publicKey
    const { externalAddress } = peers
    const parts = { document, engine, application, network, clock: world.clock }
    api = openAnswers({ ...parts, p2pKey, externalAddress, profile, runtimes })
  }
  return {
    engine,
    network,
    api,
    vrfRound: () => (application instanceof OasisApplication ? application.vrfRound : undefined),
    start: async () => {
      await signer.start()
      if (!life.isOver) engine.start()
      if (!life.isOver) await start()
    },
    stop: () => life.end(),
  }
}

function endWith({ world, onFatal }: NodeOptions, life: Life, error: unknown): void {
  try {
    life.end()
  } catch (second) {
    world.logger('node').error('not everything could be closed', { why: String(second) })
  }
  onFatal(error)
}

/**
 * COMPAT(oasis-core): a node that has to be upgraded goes on for a while, so that those who lag get
 * the last block, and not for as long as all others.
 */
function endLater(options: NodeOptions, life: Life, error: unknown): boolean {
  const { config, world } = options
  const { upgradeStopDelayMs = 0 } = config
  if (upgradeStopDelayMs === 0 || !(error instanceof StopForUpgrade)) return false
  const part = HALF + randomBelow(world.random, UINT32) / UINT32
  const ms = UPGRADE_STOP_MS_MIN + Math.round(part * upgradeStopDelayMs)
  world.logger('node').info('agreeing has ended, and the node ends a while later', {
    seconds: Math.round(ms / 1000),
    why: error.message,
  })
  life.add(
    world.timers.after(ms, () => endWith(options, life, error)),
    (timer) => timer.cancel(),
  )
  return true
}

interface SignerPlace {
  readonly folder: string
  readonly genesis: InitChainRequest
  readonly connection: NodeSignerOptions['connection']
}

function openSigner(
  { config, world }: NodeOptions,
  { folder, genesis: { chainId }, connection }: SignerPlace,
): NodeSigner {
  const { dataDir, dialect, signer = { kind: 'file' } } = config
  const keyPath = consensusKeyPath(dataDir)
  const log = world.logger('signer')
  return openNodeSigner({
    ...world,
    config: signer,
    folder,
    keyPath,
    dialect,
    chainId,
    connection,
    log,
  })
}

function stateSyncOf(
  { config: { stateSync }, lightBlocks: providers = [] }: NodeOptions,
  { chainId, initialHeight }: InitChainRequest,
): Pick<EngineConfig, 'stateSync'> {
  if (stateSync === undefined) return {}
  if (providers.length < LIGHT_PROVIDERS_MIN)
    throw new UnavailableError(
      'node.setting',
      `consensus.state_sync.enabled: ${providers.length} nodes are named that have light blocks, ` +
        `and it takes ${LIGHT_PROVIDERS_MIN} that can be compared; name more in consensus.providers`,
    )
  const config = { discoveryMs: DISCOVERY_MS, ...stateSync, chainId, initialHeight }
  return { stateSync: { config, providers } }
}

function openOasis(
  { config, document, keys, world, onChecked }: NodeOptions,
  folder: string,
  { publicKey, onHalt }: { readonly publicKey: Uint8Array; readonly onHalt: HaltHook },
): NodeApplication {
  const { halt, pruning, upkeep, minGasPrice = quantity(0n) } = config
  // Who proposes signs more than a signer elsewhere would.
  const isHere = equalBytes(publicKey, keys.consensus.publicKey)
  return new OasisApplication({
    document,
    folder,
    files: world.files,
    signer: isHere ? createMemorySigner('consensus', keys.consensus.seed) : undefined,
    upgrader: openUpgrader(world.files, folder, world.logger('application')),
    // COMPAT(oasis-core): the node's identity, not who signs blocks, calls for itself.
    local: { minGasPrice, ownSigner: PublicKey.check(keys.identity.node.publicKey) },
    timers: world.timers,
    clock: world.clock,
    logger: world.logger('application'),
    ...upkeep,
    ...(pruning && { pruning }),
    ...(halt && { halt }),
    onHalt,
    onChecked,
  })
}
