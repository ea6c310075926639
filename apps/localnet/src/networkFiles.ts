/**
 * The folder of a network: its genesis document, a folder for each node, and `network.json`, which
 * says what the network is made of, so that it goes on with the next start.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis, type NetworkGenesis } from '@wadi/compose/network-genesis'
import { localAccounts } from './accounts.ts'
import {
  type EnginePlace,
  type EnginePorts,
  enginePlaces,
  makeEngineFolders,
} from './engine/engineFolders.ts'
import { PortChooser, type PortWish } from './freePort.ts'

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
}

/** Where a network is, and where it is called. */
export interface NetworkFiles extends Required<NetworkChoices> {
  readonly folder: string
  readonly chainContext: string
  readonly genesisPath: string
  /** Nodes of ours: the validators, or the one that follows them. */
  readonly nodes: readonly NodePlace[]
  /** Validators of which CometBFT is the engine. */
  readonly engines: readonly EnginePlace[]
  readonly faucetPort: number
}

/** A node of it. */
export interface NodePlace {
  readonly name: string
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

/** What is in `network.json`. */
interface Plan extends NetworkChoices {
  readonly version: number
  readonly beganAtSeconds: number
  readonly ports: readonly NodePorts[]
  readonly enginePorts?: readonly EnginePorts[]
  readonly faucetPort: number
}

interface PlannedNetwork {
  readonly plan: Plan
  readonly network: NetworkGenesis
}

const VERSION = 1
const PLAN_NAME = 'network.json'
const SEED = 'local'
const P2P_PORT = 26_656
const RPC_PORT = 26_856
const API_PORT = 42_280
const FAUCET_PORT = 42_270
const BALANCE = 10n ** 15n
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
  const { ports, enginePorts = [] } = plan
  const nodes = ports.map(({ api }, i) => {
    const dataDir = join(folder, `node-${i}`)
    const socketPath = join(dataDir, 'internal.sock')
    const configPath = join(dataDir, 'config.yml')
    return { name: `node-${i}`, dataDir, socketPath, configPath, apiPort: api }
  })
  return {
    ...{ validators, engine, blockMs, epochBlocks, folder, nodes, faucetPort },
    chainContext: network.chainContext,
    genesisPath: join(folder, 'genesis.json'),
    engines: enginePlaces(folder, network, enginePorts),
  }
}

/** Removes a network. Folders of anything else are left alone. */
export function forgetNetwork(folder: string): void {
  if (!existsSync(folder)) return
  if (!existsSync(join(folder, PLAN_NAME)))
    throw new UnavailableError(
      'localnet.folder',
      `${folder} is no network: there is no ${PLAN_NAME} in it; name another folder`,
    )
  rmSync(folder, { recursive: true })
}

function readPlan(path: string): Plan {
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

function readNetwork(path: string): PlannedNetwork {
  const plan = readPlan(path)
  return { plan, network: genesisOf(plan) }
}

function genesisOf({ validators, blockMs, epochBlocks, beganAtSeconds }: Plan): NetworkGenesis {
  return createNetworkGenesis({
    seed: SEED,
    validators,
    accounts: localAccounts(),
    balance: BALANCE,
    timeoutCommitMs: BigInt(blockMs),
    epochBlocks: BigInt(epochBlocks),
    // Epochs begin when somebody says so: see `epochClock.ts`.
    beacon: 'mock',
    time: { seconds: BigInt(beganAtSeconds), nanoseconds: 0 },
  })
}

async function choosePorts(choices: NetworkChoices, wish: PortWish) {
  const chooser = new PortChooser(wish)
  const { validators, engine = 'wadi' } = choices
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
  return { ports, enginePorts, faucetPort: await chooser.choose(FAUCET_PORT) }
}

async function makeNetwork(
  folder: string,
  choices: NetworkChoices,
  wish: PortWish,
): Promise<PlannedNetwork> {
  const chosen = await choosePorts(choices, wish)
  const beganAtSeconds = Math.floor(Date.now() / MS_PER_SECOND)
  const plan = { version: VERSION, ...choices, beganAtSeconds, ...chosen }
  const network = genesisOf(plan)
  mkdirSync(folder, { recursive: true, mode: PRIVATE_MODE })
  makeFolders(folder, network, plan)
  // Last: a folder that has it is whole.
  writeFileSync(join(folder, PLAN_NAME), `${JSON.stringify(plan, undefined, 2)}\n`)
  return { plan, network }
}

function makeFolders(folder: string, network: NetworkGenesis, plan: Plan): void {
  const { engine, ports, enginePorts = [] } = plan
  const apiOf = (i: number) => ({
    api: { address: `127.0.0.1:${ports[i]!.api}`, web_origins: ['*'] },
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
    settings: (i) => ({ wadi: apiOf(i) }),
  })
}
