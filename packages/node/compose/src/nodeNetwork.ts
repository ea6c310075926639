/** A node's connections: the network, and the finding of peers with a book of addresses. */

import { CodedError } from '@wadi/base/errors'
import { AddressBook } from '@wadi/comet-p2p/address-book'
import { decodeBook, encodeBook } from '@wadi/comet-p2p/book-file'
import type { NetAddress } from '@wadi/comet-p2p/net-address'
import { Network } from '@wadi/comet-p2p/network'
import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import type { NetworkOptions, NetworkWorld } from '@wadi/comet-p2p/options'
import { PexReactor } from '@wadi/comet-p2p/pex-reactor'
import type { SecretOptions } from '@wadi/comet-p2p/secret-connection'
import { logEvents } from '@wadi/contracts/log-events'
import type { Reactor } from '@wadi/contracts/peers'
import { fastChaCha20Poly1305 } from '@wadi/crypto/aead/fastChaCha20Poly1305'
import { nativeX25519 } from '@wadi/node-crypto/native/x25519'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'
import { ownShares } from './socketShares.ts'

/** Whom a node speaks with. */
export interface PeersConfig
  extends Pick<
    NetworkOptions,
    | 'listen'
    | 'externalAddress'
    | 'persistentPeers'
    | 'unconditionalPeers'
    | 'inboundPeersMax'
    | 'outboundPeersMax'
    | 'duplicateIps'
    | 'rates'
  > {
  /** `off`: only those whom the operator names. `seed`: tells addresses, and keeps nobody long. */
  readonly peerExchange: 'on' | 'off' | 'seed'
  /** Are addresses kept that not everybody can reach? */
  readonly addressBook: 'strict' | 'lenient'
  readonly seeds?: readonly NetAddress[]
  /** Ids of peers of whom nobody is told. */
  readonly privatePeers?: readonly string[]
  /** The longest time between two dials of a persistent peer; no bound unless told otherwise. */
  readonly persistentDialMsMax?: number | undefined
}

/** What a node's connections are made of. */
export interface NodeNetworkOptions
  extends Pick<NetworkOptions, 'key' | 'dialect' | 'description'> {
  readonly world: Omit<NetworkWorld, 'sockets'> & { readonly files: FileSystem }
  readonly config: PeersConfig
  /** Where the address book is. */
  readonly folder: string
  /** In the order in which others are told their channels. */
  readonly reactors: readonly Reactor[]
  /** Addresses that are in the book from the beginning. */
  readonly known?: readonly NetAddress[]
}

/** See the top of this file. */
export interface NodeNetwork {
  readonly network: Network
  /** Answers when others can connect; throws what stands in the way. */
  start(): Promise<void>
  stop(): void
}

/** With what connections are secret. */
export const SECRET_ALGORITHMS: SecretOptions['algorithms'] = {
  x25519: nativeX25519,
  chacha20Poly1305: fastChaCha20Poly1305,
}

/** COMPAT(oasis-core): where CometBFT has it, below its folder. */
const BOOK_FOLDER = 'config'
const BOOK_NAME = 'addrbook.json'
/** Less than the reference's three seconds: a node that comes back is soon heard again. */
const DIAL_JITTER_MS = 100

/** Makes a network that has not started. */
export function createNodeNetwork(options: NodeNetworkOptions): NodeNetwork {
  const { world, config, folder, reactors, known = [], ...identity } = options
  const { peerExchange, addressBook, seeds, privatePeers: _, persistentDialMsMax, ...rest } = config
  const bookFolder = `${folder}/${BOOK_FOLDER}`
  const book = peerExchange === 'off' ? undefined : openBook(options, bookFolder)
  if (book === undefined)
    world.log.info('nobody is told of peers, and nobody is asked for more', {
      log_event: logEvents.peerExchangeDisabled,
    })
  for (const address of known) book?.add(address, address)
  const network = new Network({
    ...identity,
    ...rest,
    world: { ...world, sockets: nodeSockets },
    algorithms: SECRET_ALGORITHMS,
    addresses: book,
    dialJitterMs: DIAL_JITTER_MS,
    socketsMax: ownShares().peers,
  })
  for (const reactor of reactors) network.add(reactor)
  const save = () =>
    book && replaceFile(world.files, bookFolder, BOOK_NAME, [encodeBook(book.content())])
  const mode = peerExchange === 'seed' ? 'seed' : 'peer'
  const pex =
    book &&
    new PexReactor({ world, network, book, seeds: seeds ?? [], save, mode, persistentDialMsMax })
  if (pex !== undefined) network.add(pex)
  return {
    network,
    start: () =>
      new Promise((resolve, reject) => {
        network.start((failure) => {
          if (failure !== undefined) return reject(failure)
          pex?.start()
          return resolve()
        })
      }),
    stop: () => {
      pex?.stop()
      network.stop()
    },
  }
}

/** A book that cannot be read is begun anew: it holds nothing that peers cannot tell again. */
function openBook({ world, config }: NodeNetworkOptions, folder: string): AddressBook {
  world.files.makeFolder(folder)
  const path = `${folder}/${BOOK_NAME}`
  const { addressBook: routability, privatePeers: privateIds = [] } = config
  const options = { ...world, routability, privateIds }
  try {
    if (!world.files.exists(path)) return new AddressBook(options)
    const { key, entries } = decodeBook(readWhole(world.files, path))
    const book = new AddressBook({ ...options, key })
    book.restore(entries)
    return book
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    world.log.warn('the address book cannot be read: it is begun anew', {
      path,
      why: error.message,
    })
    return new AddressBook(options)
  }
}
