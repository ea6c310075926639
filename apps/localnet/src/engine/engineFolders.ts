/**
 * The folders of a network whose validators are CometBFT processes. They speak CometBFT's own
 * dialect of signatures, and answer no calls of ours: a node that follows them does.
 */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@wadi/base/bytes'
import { cometNodeId } from '@wadi/compose/comet-files'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import type { NetworkGenesis } from '@wadi/compose/network-genesis'
import { validatorKeys } from '@wadi/compose/network-keys'
import { createKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'

/** Where a CometBFT process listens. */
export interface EnginePorts {
  readonly p2p: number
  readonly rpc: number
}

/** A CometBFT process and the application that it drives. */
export interface EnginePlace extends EnginePorts {
  readonly name: string
  /** By which blocks name it that it has proposed, in hexadecimal. */
  readonly validator: string
  /** Of the application: keys and state. */
  readonly dataDir: string
  /** Of CometBFT. */
  readonly home: string
  /** What both say. */
  readonly logPath: string
  /** `unix://<path>`. */
  readonly address: string
  /** The other processes, as `id@host:port`. */
  readonly peers: readonly string[]
}

const PRIVATE_FOLDER_MODE = 0o700
const FOLLOWER_SEED = 'follower'

function addressesOf({ validators }: NetworkGenesis, ports: readonly EnginePorts[]) {
  return ports.map(({ p2p }, i) => `${cometNodeId(validators[i]!.p2p.publicKey)}@127.0.0.1:${p2p}`)
}

/** Where the processes of a network are. */
export function enginePlaces(
  folder: string,
  network: NetworkGenesis,
  ports: readonly EnginePorts[],
): readonly EnginePlace[] {
  const addresses = addressesOf(network, ports)
  return ports.map((own, i) => {
    const name = `engine-${i}`
    const dataDir = join(folder, name)
    return {
      ...own,
      name,
      validator: toHex(validatorAddress(network.validators[i]!.consensus.publicKey)),
      dataDir,
      home: join(dataDir, 'cometbft'),
      // As a node's, so that it is found by the name alone.
      logPath: join(dataDir, 'node.log'),
      address: `unix://${join(dataDir, 'app.sock')}`,
      peers: addresses.filter((_, other) => other !== i),
    }
  })
}

/** What is to be made. */
export interface EngineFoldersOptions {
  readonly folder: string
  readonly network: NetworkGenesis
  readonly enginePorts: readonly EnginePorts[]
  /** Of the node that follows. */
  readonly port: number
  /** Of the same node: more sections of its configuration. */
  readonly settings: { readonly api: unknown }
}

/** Makes them: keys of validators for the processes, and a node of ours with keys of its own. */
export function makeEngineFolders(options: EngineFoldersOptions): void {
  const { folder, network, enginePorts, port, settings } = options
  for (const [i, { dataDir }] of enginePlaces(folder, network, enginePorts).entries()) {
    mkdirSync(dataDir, { recursive: true, mode: PRIVATE_FOLDER_MODE })
    for (const role of ['consensus', 'p2p'] as const) {
      const bytes = () => network.validators[i]![role].seed.reveal().slice()
      createKeyFile(join(dataDir, `${role}.pem`), { bytes }, 'buffered')
    }
  }
  makeNetworkFolders({
    folder,
    network: { ...network, validators: [validatorKeys(FOLLOWER_SEED, 0)] },
    ports: [port],
    settings: {
      mode: 'client',
      consensus: {
        listen_address: `tcp://127.0.0.1:${port}`,
        p2p: { persistent_peers: addressesOf(network, enginePorts), allow_duplicate_ip: true },
        debug: { addr_book_lenient: true },
      },
      registration: {},
      wadi: { ...settings, test: { dialect: 'stock' } },
    },
  })
}
