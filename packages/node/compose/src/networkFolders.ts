/** Folders of the nodes of a network on one machine: keys, genesis document and configuration. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBase64 } from '@wadi/base/bytes'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { ROLE_FILES } from '@wadi/node-crypto/keys/nodeIdentity'
import { stringify } from 'yaml'
import { cometNodeId } from './cometFiles.ts'
import type { NetworkGenesis } from './networkGenesis.ts'
import type { ValidatorKeys } from './networkKeys.ts'
import { type NetworkWorker, type ParatimeChoice, writtenParatimes } from './networkParatimes.ts'

/** A configuration as it is written: sections and their options, by the names of the file. */
export type WrittenSettings = Readonly<Record<string, unknown>>

/** What the nodes are to be. */
export interface NetworkFoldersOptions {
  readonly folder: string
  readonly network: NetworkGenesis
  /** Where each node listens on the loopback interface. */
  readonly ports: readonly number[]
  /** Where each node that runs runtimes listens, for both networks. */
  readonly workerPorts?: readonly WorkerPorts[]
  /** What a node runs, by its number among those that run runtimes; all unless told otherwise. */
  readonly paratimesOf?: (worker: number) => readonly ParatimeChoice[]
  /** Of every node, or of the node of a number; sections here go before the folder's own. */
  readonly settings?: WrittenSettings | ((node: number) => WrittenSettings)
}

/** Ports of a node that runs runtimes. */
export interface WorkerPorts {
  readonly consensus: number
  /** Of the network of runtimes. */
  readonly p2p: number
}

/** A node's folder. */
export interface NodeFolder {
  readonly dataDir: string
  /** For `wadi-node --config`. */
  readonly configPath: string
  /** `id@host:port`. */
  readonly address: string
}

const PRIVATE_MODE = 0o600
const PRIVATE_FOLDER_MODE = 0o700

/** Makes the folders, the validators' first. Keys that are there already are an error. */
export function makeNetworkFolders(options: NetworkFoldersOptions): readonly NodeFolder[] {
  const { folder, network, ports, workerPorts = [] } = options
  mkdirSync(folder, { recursive: true })
  const genesisPath = join(folder, 'genesis.json')
  writeFileSync(genesisPath, printGenesis(network.document))
  const members = membersOf(network, ports, workerPorts)
  const voters = members.slice(0, network.validators.length).map(({ address }) => address)
  return members.map(({ name, address, keys, port, ...more }, i) => {
    const dataDir = join(folder, name)
    mkdirSync(dataDir, { recursive: true, mode: PRIVATE_FOLDER_MODE })
    writeKeys(dataDir, keys)
    const configPath = join(dataDir, 'config.yml')
    const peers = voters.filter((other) => other !== address)
    const place = { dataDir, genesisPath, peers, port, keys }
    const own = typeof options.settings === 'function' ? options.settings(i) : options.settings
    const written = settingsOf(place)
    const settings =
      more.worker === undefined
        ? { ...written, ...own }
        : workerSettings({ ...written, ...own }, more.worker, { ...options, workerPorts })
    writeFileSync(configPath, stringify(settings), { mode: PRIVATE_MODE })
    return { dataDir, configPath, address }
  })
}

interface Member {
  readonly name: string
  readonly keys: ValidatorKeys
  readonly port: number
  readonly address: string
  readonly worker: NetworkWorker | undefined
}

function membersOf(
  { validators, workers }: NetworkGenesis,
  ports: readonly number[],
  workerPorts: readonly WorkerPorts[],
): readonly Member[] {
  const member = (name: string, keys: ValidatorKeys, port: number): Omit<Member, 'worker'> => {
    return { name, keys, port, address: `${cometNodeId(keys.p2p.publicKey)}@127.0.0.1:${port}` }
  }
  return [
    ...validators.map((keys, i) => {
      return { ...member(`node-${i}`, keys, ports[i]!), worker: undefined }
    }),
    ...workers.map((worker, i) => {
      return { ...member(worker.name, worker.keys, workerPorts[i]!.consensus), worker }
    }),
  ]
}

interface WorkerPlace extends Pick<NetworkFoldersOptions, 'network' | 'paratimesOf'> {
  readonly workerPorts: readonly WorkerPorts[]
}

/** They find each other by name: no seeds are needed on one machine. */
function workerSettings(
  settings: WrittenSettings,
  { name, part, keys }: NetworkWorker,
  { network, workerPorts, paratimesOf = () => network.paratimes }: WorkerPlace,
): WrittenSettings {
  const { workers } = network
  const addressOf = (i: number) => `127.0.0.1:${workerPorts[i]!.p2p}`
  const own = workers.findIndex((worker) => worker.name === name)
  const others = workers.flatMap((worker, i) =>
    i === own ? [] : [`${toBase64(worker.keys.p2p.publicKey)}@${addressOf(i)}`],
  )
  const isOwned = part !== 'client'
  return {
    ...settings,
    mode: part,
    p2p: {
      port: workerPorts[own]!.p2p,
      registration: { addresses: [addressOf(own)] },
      connection_manager: { persistent_peers: others },
    },
    registration: isOwned ? { entity_id: toBase64(keys.entity.publicKey) } : {},
    storage: { checkpoint_sync_disabled: true },
    wadi: {
      ...(settings['wadi'] as WrittenSettings | undefined),
      // Who says where programs are does not want these.
      ...(settings['runtime'] === undefined && {
        paratimes: writtenParatimes(part, paratimesOf(own)),
      }),
    },
  }
}

function writeKeys(dataDir: string, keys: ValidatorKeys): void {
  for (const role of ['node', 'p2p', 'consensus', 'vrf'] as const) {
    const bytes = () => keys[role].seed.reveal().slice()
    // The seed makes it again.
    createKeyFile(join(dataDir, `${ROLE_FILES[role]}.pem`), { bytes }, 'buffered')
  }
}

interface Place {
  readonly dataDir: string
  readonly genesisPath: string
  readonly peers: readonly string[]
  readonly port: number
  readonly keys: ValidatorKeys
}

function settingsOf({ dataDir, genesisPath, peers, port, keys }: Place): WrittenSettings {
  return {
    mode: 'validator',
    common: {
      data_dir: dataDir,
      log: { file: join(dataDir, 'node.log'), format: 'json', level: { default: 'info' } },
      // Such a network is for tests.
      debug: { allow_root: true },
    },
    genesis: { file: genesisPath },
    consensus: {
      listen_address: `tcp://127.0.0.1:${port}`,
      p2p: { persistent_peers: peers, allow_duplicate_ip: true },
      debug: { addr_book_lenient: true },
    },
    // Nobody can call it on the network of runtimes, and the registry wants an address of every
    // validator: the one with which the chain began.
    p2p: { port: 0, registration: { addresses: [`127.0.0.1:${port}`] } },
    registration: { entity_id: toBase64(keys.entity.publicKey) },
  }
}
