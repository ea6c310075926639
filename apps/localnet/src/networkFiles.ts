/**
 * The folder of a network: its genesis document, a folder for each node, and `network.json`, which
 * says what the network is made of, so that it goes on with the next start.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseHex, toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { PortChooser, type PortWish } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import {
  type KnownParatime,
  type NetworkWorker,
  PARATIMES,
  type ParatimeChoice,
  type ParatimeName,
  paratimeOf,
  workerNames,
} from '@wadi/compose/network-paratimes'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { Namespace } from '@wadi/primitives/namespace'
import { parseVersion, printVersion } from '@wadi/primitives/version'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { localAccounts } from './accounts.ts'
import {
  type EnginePlace,
  type EnginePorts,
  enginePlaces,
  makeEngineFolders,
} from './engine/engineFolders.ts'
import { GENESIS_NAME, PLAN_NAME, UNFINISHED_PLAN_NAME } from './networkPlaces.ts'

/** Who agrees on blocks: our nodes, or CometBFT's. */
export type EngineKind = 'wadi' | 'cometbft'

/** What somebody chooses when a network begins. */
export interface NetworkChoices {
  /** Ours unless told otherwise. */
  readonly engine?: EngineKind
  readonly validators: number
  /** Between blocks. */
  readonly blockMs: number
  /** Blocks of an epoch. */
  readonly epochBlocks: number
  /** Which run; none unless told otherwise. */
  readonly paratimes?: readonly ParatimeChoice[]
  /** Nodes that run them: 3 unless told otherwise. */
  readonly computeNodes?: number
  /** Nodes that keep secrets for them: none unless told otherwise. */
  readonly keyManagers?: number
  /** Nodes that run them for those who ask, and take no part: none unless told otherwise. */
  readonly observers?: number
  /** Nodes that follow them: none unless told otherwise. */
  readonly clients?: number
}

/** Where a network is, and where it is called. */
export interface NetworkFiles extends Required<Omit<NetworkChoices, 'paratimes'>> {
  readonly paratimes: readonly KnownParatime[]
  readonly folder: string
  readonly chainContext: string
  readonly genesisPath: string
  /** Nodes of ours: the validators, or the one that follows them, and those that run ParaTimes. */
  readonly nodes: readonly NodePlace[]
  /** Validators of which CometBFT is the engine. */
  readonly engines: readonly EnginePlace[]
  readonly faucetPort: number
  readonly owners: readonly NodeOwner[]
}

/** To whom a node belongs: who delegates to it names the owner. */
export interface NodeOwner {
  /** Of the node. */
  readonly name: string
  readonly address: Address
  /** Of the node, by which committees name it, in hexadecimal, … */
  readonly id: string
  /** … and by which blocks name who has proposed them. */
  readonly validator: string
}

/** A node of it. */
export interface NodePlace {
  readonly name: string
  /** Undefined for a validator. */
  readonly part: NetworkWorker['part'] | undefined
  readonly configPath: string
  readonly dataDir: string
  readonly socketPath: string
  /** Of gRPC and gRPC-web. */
  readonly apiPort: number
}

interface NodePorts {
  readonly p2p: number
  readonly api: number
}

interface WorkerPorts extends NodePorts {
  /** Of the network of runtimes. */
  readonly libp2p: number
}

/** A ParaTime of somebody's, whose program is found again by its path. */
interface WrittenParatime {
  readonly name: string
  readonly id: string
  readonly version: string
  readonly module: string
}

/** What is in `network.json`. */
export interface Plan extends Omit<NetworkChoices, 'paratimes'> {
  readonly paratimes?: readonly (ParatimeName | WrittenParatime)[]
  /** Names of those that have the key manager. */
  readonly withKeys?: readonly string[]
  readonly version: number
  readonly beganAtSeconds: number
  readonly ports: readonly NodePorts[]
  readonly enginePorts?: readonly EnginePorts[]
  readonly workerPorts?: readonly WorkerPorts[]
  readonly faucetPort: number
  /** Ports and what they are now, until that is in the configurations too. */
  readonly moved?: readonly (readonly [from: number, to: number])[]
}

interface PlannedNetwork {
  readonly plan: Plan
  readonly network: NetworkGenesis
}

const VERSION = 1
/** Where a plan does not say it: who had the key manager when plans said nothing of that. */
const FIRST_WITH_KEYS = ['keyvalue']
const SEED = 'local'
const P2P_PORT = 26_656
const RPC_PORT = 26_856
const LIBP2P_PORT = 26_756
const API_PORT = 42_280
const FAUCET_PORT = 42_270
const BALANCE = 10n ** 15n
const COMPUTE_NODES = 3
const MS_PER_SECOND = 1_000
const PRIVATE_MODE = 0o700

/** Opens the network of a folder; one that is not there is made. */
export async function openNetworkFiles(
  folder: string,
  choices: NetworkChoices,
  wish: PortWish = 'usual',
): Promise<NetworkFiles> {
  const path = join(folder, PLAN_NAME)
  const isThere = existsSync(path)
  const { plan, network } = isThere ? readNetwork(path) : await makeNetwork(folder, choices, wish)
  const { validators, engine = 'wadi', blockMs, epochBlocks, faucetPort } = plan
  const { ports, enginePorts = [], workerPorts = [] } = plan
  const placeOf = (name: string, apiPort: number, part: NodePlace['part']): NodePlace => {
    const dataDir = join(folder, name)
    const socketPath = join(dataDir, 'internal.sock')
    return { name, part, dataDir, socketPath, configPath: join(dataDir, 'config.yml'), apiPort }
  }
  const nodes = [
    ...ports.map(({ api }, i) => placeOf(`node-${i}`, api, undefined)),
    ...network.workers.map(({ name, part }, i) => placeOf(name, workerPorts[i]!.api, part)),
  ]
  return {
    ...{ validators, engine, blockMs, epochBlocks, folder, nodes, faucetPort },
    ...{ paratimes: plannedParatimes(plan) },
    ...workerCounts(plan),
    chainContext: network.chainContext,
    genesisPath: join(folder, GENESIS_NAME),
    engines: enginePlaces(folder, network, enginePorts),
    owners: ownersOf(network, engine),
  }
}

function ownersOf({ validators, workers }: NetworkGenesis, engine: EngineKind): NodeOwner[] {
  const kind = engine === 'wadi' ? 'node' : 'engine'
  return [...validators.map((keys, i) => ({ name: `${kind}-${i}`, keys })), ...workers].map(
    ({ name, keys }) => ({
      name,
      address: stakingAddress(keys.entity.publicKey),
      id: toHex(keys.node.publicKey),
      validator: toHex(validatorAddress(keys.consensus.publicKey)),
    }),
  )
}

/** What a network is made of. */
export function readPlan(path: string): Plan {
  const damaged = (why: string) =>
    new UnavailableError('localnet.folder', `${path} ${why}; begin anew with --fresh`)
  let plan: Plan
  try {
    plan = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw damaged('cannot be read')
  }
  if (plan.version !== VERSION) throw damaged('was made by another version of this program')
  return plan
}

/** What a network makes in its folder beside its plan: its genesis document, folders of nodes. */
export function madeNames(plan: Plan): readonly string[] {
  const { ports, enginePorts = [], paratimes = [] } = plan
  const workers = paratimes.length === 0 ? [] : workerNames(workerCounts(plan))
  const named = (kind: string) => (_: unknown, i: number) => `${kind}-${i}`
  return [
    GENESIS_NAME,
    ...ports.map(named('node')),
    ...enginePorts.map(named('engine')),
    ...workers,
  ]
}

/** As {@link readPlan} reads it. */
export function printPlan(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 2)}\n`
}

function readNetwork(path: string): PlannedNetwork {
  const plan = readPlan(path)
  return { plan, network: genesisOf(plan) }
}

function writeParatime(choice: ParatimeChoice): ParatimeName | WrittenParatime {
  if (typeof choice === 'string') return choice
  const { name, id, version, module } = choice
  return { name, module, id: toHex(id), version: printVersion(version) }
}

function plannedParatimes({ paratimes = [], withKeys = FIRST_WITH_KEYS }: Plan): KnownParatime[] {
  return paratimes
    .map(readParatime)
    .map((known) => ({ ...known, wantsKeys: withKeys.includes(known.name) }))
}

function readParatime(written: ParatimeName | WrittenParatime): KnownParatime {
  if (typeof written === 'string') return paratimeOf(written)
  const { id, version, module } = written
  if (!(module in PARATIMES) && !existsSync(module))
    throw new UnavailableError(
      'localnet.folder',
      `the program of the ParaTime ${written.name}, ${module}, is not there any more; put it there again, or begin anew with --fresh`,
    )
  return { ...written, id: Namespace.check(parseHex(id)), version: parseVersion(version) }
}

type WorkerCounts = Pick<NetworkChoices, 'computeNodes' | 'keyManagers' | 'observers' | 'clients'>

/** How many nodes of each kind there are where there are ParaTimes. */
function workerCounts(choices: WorkerCounts): Required<WorkerCounts> {
  const { computeNodes = COMPUTE_NODES, keyManagers = 0, observers = 0, clients = 0 } = choices
  return { computeNodes, keyManagers, observers, clients }
}

/** What runs ParaTimes; undefined where there are none. */
function workersOf(plan: Plan) {
  const { paratimes = [] } = plan
  if (paratimes.length === 0) return undefined
  return { paratimes: plannedParatimes(plan), ...workerCounts(plan) }
}

function genesisOf(plan: Plan): NetworkGenesis {
  const { validators, blockMs, epochBlocks, beganAtSeconds } = plan
  return createNetworkGenesis({
    seed: SEED,
    validators,
    accounts: localAccounts(),
    balance: BALANCE,
    timeoutCommitMs: BigInt(blockMs),
    epochBlocks: BigInt(epochBlocks),
    // Epochs begin when somebody says so: see `epochClock.ts`.
    beacon: 'mock',
    paratimes: workersOf(plan),
    time: { seconds: BigInt(beganAtSeconds), nanoseconds: 0 },
  })
}

async function choosePorts(choices: NetworkChoices, wish: PortWish) {
  const chooser = new PortChooser(wish)
  const { validators, engine = 'wadi', paratimes = [] } = choices
  const [own, theirs] = engine === 'wadi' ? [validators, 0] : [1, validators]
  const ports: NodePorts[] = []
  const enginePorts: EnginePorts[] = []
  for (let i = 0; i < own; i++) {
    const p2p = await chooser.choose(P2P_PORT + i)
    ports.push({ p2p, api: await chooser.choose(API_PORT + i) })
  }
  for (let i = 0; i < theirs; i++) {
    const p2p = await chooser.choose(P2P_PORT + own + i)
    enginePorts.push({ p2p, rpc: await chooser.choose(RPC_PORT + i) })
  }
  const workerPorts: WorkerPorts[] = []
  const counts = Object.values(workerCounts(choices))
  const workers = paratimes.length === 0 ? 0 : counts.reduce((sum, count) => sum + count)
  for (let i = 0; i < workers; i++) {
    const p2p = await chooser.choose(P2P_PORT + own + theirs + i)
    const libp2p = await chooser.choose(LIBP2P_PORT + i)
    workerPorts.push({ p2p, libp2p, api: await chooser.choose(API_PORT + own + i) })
  }
  return { ports, enginePorts, workerPorts, faucetPort: await chooser.choose(FAUCET_PORT) }
}

async function makeNetwork(
  folder: string,
  choices: NetworkChoices,
  wish: PortWish,
): Promise<PlannedNetwork> {
  const chosen = await choosePorts(choices, wish)
  const beganAtSeconds = Math.floor(Date.now() / MS_PER_SECOND)
  const { paratimes: chosenParatimes = [] } = choices
  const paratimes = chosenParatimes.map(writeParatime)
  const known = chosenParatimes.map(paratimeOf)
  const withKeys = known.filter(({ wantsKeys }) => wantsKeys).map(({ name }) => name)
  const plan = { version: VERSION, ...choices, paratimes, withKeys, beganAtSeconds, ...chosen }
  const network = genesisOf(plan)
  mkdirSync(folder, { recursive: true, mode: PRIVATE_MODE })
  const unfinished = join(folder, UNFINISHED_PLAN_NAME)
  // Whoever began to make one here was ended: keys that are there would be in the way.
  if (existsSync(unfinished))
    for (const name of madeNames(readPlan(unfinished)))
      rmSync(join(folder, name), { recursive: true, force: true })
  writeFileSync(unfinished, printPlan(plan))
  makeFolders(folder, network, plan)
  // A folder that has it is whole.
  renameSync(unfinished, join(folder, PLAN_NAME))
  return { plan, network }
}

function makeFolders(folder: string, network: NetworkGenesis, plan: Plan): void {
  const { engine, ports, enginePorts = [], workerPorts = [] } = plan
  const apiPorts = [...ports, ...workerPorts].map(({ api }) => api)
  const apiOf = (i: number) => ({
    api: { address: `127.0.0.1:${apiPorts[i]}`, web_origins: ['*'] },
  })
  if (engine === 'cometbft') {
    const port = ports[0]!.p2p
    makeEngineFolders({ folder, network, enginePorts, port, settings: apiOf(0) })
    return
  }
  makeNetworkFolders({
    folder,
    network,
    ports: ports.map(({ p2p }) => p2p),
    workerPorts: workerPorts.map(({ p2p, libp2p }) => ({ consensus: p2p, p2p: libp2p })),
    settings: (i) => ({ wadi: apiOf(i) }),
  })
}
