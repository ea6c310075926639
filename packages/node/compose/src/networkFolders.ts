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

/** A configuration as it is written: sections and their options, by the names of the file. */
export type WrittenSettings = Readonly<Record<string, unknown>>

/** What the nodes are to be. */
export interface NetworkFoldersOptions {
  readonly folder: string
  readonly network: NetworkGenesis
  /** Where each node listens on the loopback interface. */
  readonly ports: readonly number[]
  /** Of every node, or of the node of a number; sections here go before the folder's own. */
  readonly settings?: WrittenSettings | ((node: number) => WrittenSettings)
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

/** Makes the folders. Keys that are there already are an error. */
export function makeNetworkFolders(options: NetworkFoldersOptions): readonly NodeFolder[] {
  const { folder, network, ports } = options
  mkdirSync(folder, { recursive: true })
  const genesisPath = join(folder, 'genesis.json')
  writeFileSync(genesisPath, printGenesis(network.document))
  const addresses = network.validators.map(
    ({ p2p }, i) => `${cometNodeId(p2p.publicKey)}@127.0.0.1:${ports[i]}`,
  )
  return addresses.map((address, i) => {
    const dataDir = join(folder, `node-${i}`)
    const keys = network.validators[i]!
    mkdirSync(dataDir, { recursive: true, mode: PRIVATE_FOLDER_MODE })
    writeKeys(dataDir, keys)
    const configPath = join(dataDir, 'config.yml')
    const peers = addresses.filter((other) => other !== address)
    const place = { dataDir, genesisPath, peers, port: ports[i]!, keys }
    const { settings: more } = options
    const own = typeof more === 'function' ? more(i) : more
    const settings = { ...settingsOf(place), ...own }
    writeFileSync(configPath, stringify(settings), { mode: PRIVATE_MODE })
    return { dataDir, configPath, address }
  })
}

function writeKeys(dataDir: string, keys: ValidatorKeys): void {
  for (const role of ['node', 'p2p', 'consensus', 'vrf'] as const) {
    const bytes = () => keys[role].seed.reveal().slice()
    createKeyFile(join(dataDir, `${ROLE_FILES[role]}.pem`), { bytes })
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
    p2p: { port: 0 },
    registration: { entity_id: toBase64(keys.entity.publicKey) },
  }
}
