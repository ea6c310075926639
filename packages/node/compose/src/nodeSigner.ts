/** Where a validator's key is: in this process, in CometBFT's files, or with a signer elsewhere. */

import type { Logger } from '@wadi/base/log'
import type { RandomSource } from '@wadi/base/random'
import type { Timers } from '@wadi/base/timers'
import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import type { SecretOptions } from '@wadi/comet-p2p/secret-connection'
import type { Closable, Endpoint } from '@wadi/comet-p2p/sockets'
import { openKeyFileSigner } from '@wadi/engine/key-file-signer'
import type { PrivateValidator } from '@wadi/engine/private-validator'
import { RemoteSigner } from '@wadi/engine/remote-signer'
import { listenForSigner } from '@wadi/engine/signer-socket'
import { openStockSigner } from '@wadi/engine/stock-signer'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { SECRET_ALGORITHMS } from './nodeNetwork.ts'
import { openSignerPort } from './signerPort.ts'

/** Where a signer elsewhere dials in. */
export type SignerDoor =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'port'
      readonly endpoint: Endpoint
      /** With which its connection is secret; anybody's, if it is undefined. */
      readonly connectionKey?: Uint8Array | undefined
    }

/** Who signs. */
export type SignerConfig =
  | { readonly kind: 'file' }
  /** `priv_validator_key.json`, and the folder of `priv_validator_state.json`. */
  | { readonly kind: 'stock'; readonly keyPath: string; readonly stateFolder: string }
  | { readonly kind: 'remote'; readonly publicKey: Uint8Array; readonly door: SignerDoor }

/** What signing needs. */
export interface NodeSignerOptions {
  readonly config: SignerConfig
  readonly files: FileSystem
  /** Where it is kept what was signed last. */
  readonly folder: string
  /** The key of this node, if it is here. */
  readonly keyPath: string
  readonly dialect: SignatureDialect
  readonly chainId: string
  /** With which the connection to a signer is secret. */
  readonly connection: SecretOptions['key']
  readonly timers: Timers
  readonly random: RandomSource
  readonly log: Logger
}

/** See the top of this file. */
export interface NodeSigner {
  readonly validator: PrivateValidator
  /** Answers when a signer elsewhere can dial in. */
  start(): Promise<void>
  close(): void
}

/** Takes the key, so that no other process signs with it from the same folder. */
export function openNodeSigner(options: NodeSignerOptions): NodeSigner {
  const { config, folder, keyPath, files, dialect } = options
  if (config.kind === 'remote') return openRemote(options, config)
  const signer =
    config.kind === 'file'
      ? openKeyFileSigner({ files, folder, keyPath, dialect })
      : openStockSigner({ files, folder: config.stateFolder, keyPath: config.keyPath, dialect })
  return { validator: signer, start: async () => undefined, close: () => signer.close() }
}

function openRemote(
  options: NodeSignerOptions,
  { publicKey, door }: SignerConfig & { readonly kind: 'remote' },
): NodeSigner {
  const signer = new RemoteSigner({ ...options, publicKey: PublicKey.check(publicKey) })
  let open: Closable | undefined
  let isClosed = false
  return {
    validator: signer,
    async start() {
      const opened = await openDoor(options, signer, door)
      if (isClosed) opened.close()
      else open = opened
    },
    close() {
      isClosed = true
      open?.close()
      signer.close()
    },
  }
}

function openDoor(
  { dialect, connection: key, timers, random, log }: NodeSignerOptions,
  signer: RemoteSigner,
  door: SignerDoor,
): Promise<Closable> {
  if (door.kind === 'socket') return listenForSigner(door.path, signer)
  const { endpoint, connectionKey } = door
  const secret = { algorithms: SECRET_ALGORITHMS, key, dialect }
  const world = { sockets: nodeSockets, timers, random, log }
  return openSignerPort({ ...secret, ...world, signer, endpoint, connectionKey })
}
