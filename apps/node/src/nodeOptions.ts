/** From what an operator says to what a node is made of. */

import { readFileSync } from 'node:fs'
import { parseBase64, parseHex } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import type { LevelChoice } from '@wadi/base/log'
import {
  isPeerId,
  type NetAddress,
  splitHostPort,
  splitNetAddress,
  withoutProtocol,
} from '@wadi/comet-p2p/net-address'
import { resolveNetAddress } from '@wadi/comet-p2p/node-sockets'
import { peerIdOf } from '@wadi/comet-p2p/peer-id'
import type { Endpoint } from '@wadi/comet-p2p/sockets'
import type { NodeConfig } from '@wadi/compose/create-node'
import type { PublicAddress } from '@wadi/compose/node-api-server'
import type { PeersConfig } from '@wadi/compose/node-network'
import type { SignerConfig } from '@wadi/compose/node-signer'
import { pruningOf } from '@wadi/consensus-services/application/pruning'
import { logLevelsOf } from '@wadi/node-config/log-modules'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { oasisDialect, stockDialect } from '@wadi/tendermint/dialect'
import type { NamedPeer, PeerNames } from './peerNames.ts'

/** Part of the configuration cannot be what is meant. */
export function badSetting(path: string, why: string): UnavailableError {
  return new UnavailableError('node.setting', `${path}: ${why}`)
}

const ALL_ADDRESSES = '0.0.0.0'

/** The reference's level where none is said. */
const OTHERWISE = 'warn'

/** What CometBFT is in the reference, whose inside is only told of if that is wanted. */
const ENGINE_LEVELS = { engine: 'info', p2p: 'info' } as const

/** The levels of the log by module. */
export function levelsOf({ common: { log }, consensus: { logDebug } }: Settings): LevelChoice {
  const otherwise = log.level.get('default') ?? OTHERWISE
  const isHushed = otherwise === 'debug' && !logDebug
  return { otherwise, modules: { ...(isHushed && ENGINE_LEVELS), ...logLevelsOf(log.level) } }
}

/** An IP address and a port; all addresses where there is only a port. */
export function readEndpoint(path: string, text: string): Endpoint {
  return readSetting(path, () => {
    const { host, port } = splitHostPort(withoutProtocol(text).replace(/^:/, `${ALL_ADDRESSES}:`))
    return { ip: parseIp(host), port }
  })
}

/** Where peers are looked up, and who dials those that are found later. */
export interface PeerSearch {
  readonly names: PeerNames
  readonly dial: (address: NetAddress) => void
}

/** What a node is made of. Names of hosts are looked up. */
export async function nodeOptionsOf(
  settings: Settings,
  dataDir: string,
  search: PeerSearch,
): Promise<NodeConfig> {
  const { consensus, wadi } = settings
  const { dialect, timeoutPropose, timeoutVote } = wadi.test
  const { strategy, numKept } = consensus.prune
  return {
    dataDir,
    dialect: dialect === 'oasis' ? oasisDialect : stockDialect,
    peers: await peersOf(settings, search),
    signer: signerOf(settings),
    halt: { epoch: consensus.haltEpoch, height: consensus.haltHeight },
    stateSync: stateSyncOf(settings),
    pruning: pruningOf(strategy, numKept),
    upkeep: upkeepOf(settings),
    upgradeStopDelayMs: consensus.upgradeStopDelay,
    minGasPrice: quantity(consensus.minGasPrice),
    rounds: {
      timeoutProposeMs: timeoutPropose,
      timeoutPrevoteMs: timeoutVote,
      timeoutPrecommitMs: timeoutVote,
    },
  }
}

/** Removals are not more frequent, whatever is configured. */
const PRUNE_MS_MIN = 1000
/** Into so many trees the reference cuts its state, where it cuts it into several. */
const CHECKPOINT_SUBTREES = 12

function upkeepOf({ consensus, storage }: Settings): NonNullable<NodeConfig['upkeep']> {
  const { checkpointer, prune, supplementarySanity } = consensus
  // COMPAT(oasis-core): it is the key of the runtimes' storage that it looks at.
  const isCut = checkpointer.parallelChunker || storage.checkpointer.parallelChunker
  return {
    checkpoints: checkpointer.disabled ? 'none' : 'made',
    checkpointSubtrees: isCut ? CHECKPOINT_SUBTREES : 1,
    // COMPAT(oasis-core): its tools write 0s.
    pruneIntervalMs: Math.max(prune.interval, PRUNE_MS_MIN),
    checkedEvery: supplementarySanity.enabled ? supplementarySanity.interval : undefined,
  }
}

function stateSyncOf({ consensus, wadi }: Settings): NodeConfig['stateSync'] {
  const { period, height, hash } = consensus.lightClient.trust
  if (!consensus.stateSync.enabled || hash === undefined) return undefined
  const discoveryMs = wadi.test.snapshotDiscovery
  return { trustHeight: height, trustHash: parseHex(hash), trustPeriodMs: period, discoveryMs }
}

/** Where others than the operator may call the node, if anywhere. */
export function publicAddressOf({ wadi: { api } }: Settings): PublicAddress | undefined {
  const { address, tlsKey, tlsCertificate, webOrigins } = api
  if (address === undefined) return undefined
  const { ip, port } = readEndpoint('wadi.api.address', address)
  const hasTls = tlsKey !== undefined && tlsCertificate !== undefined
  return {
    kind: 'tcp',
    host: printIp(ip),
    port,
    ...(hasTls && {
      tls: {
        key: readNamed('wadi.api.tls_key', tlsKey),
        certificate: readNamed('wadi.api.tls_certificate', tlsCertificate),
        clients: 'anonymous',
      },
    }),
    ...(webOrigins.length > 0 && { web: { origins: webOrigins } }),
  }
}

function readNamed(path: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw badSetting(path, `${file} cannot be read (${String(error)}); name another file`)
  }
}

const UNIX = /^unix:(\/\/)?/

function signerOf({ wadi: { signer } }: Settings): SignerConfig {
  const { kind, keyFile = '', stateDir = '', publicKey, address = '', connectionKey } = signer
  if (kind === 'stock') return { kind, keyPath: keyFile, stateFolder: stateDir }
  if (kind === 'file' || publicKey === undefined) return { kind: 'file' }
  if (UNIX.test(address))
    return { kind, publicKey, door: { kind: 'socket', path: address.replace(UNIX, '') } }
  const endpoint = readEndpoint('wadi.signer.address', address)
  return { kind, publicKey, door: { kind: 'port', endpoint, connectionKey } }
}

async function peersOf(
  { consensus, p2p: { seeds } }: Settings,
  search: PeerSearch,
): Promise<PeersConfig> {
  const { p2p, debug } = consensus
  const external = consensus.externalAddress && withoutProtocol(consensus.externalAddress)
  const persistent = readPeers('consensus.p2p.persistent_peers', p2p.persistentPeers)
  const upstreams = readPeers(
    'consensus.sentry_upstream_addresses',
    consensus.sentryUpstreamAddresses,
  )
  const hidden = upstreams.map(({ peer }) => splitNetAddress(peer).id)
  return {
    listen: readEndpoint('consensus.listen_address', consensus.listenAddress),
    externalAddress: external,
    persistentPeers: await addressesOf([...persistent, ...upstreams], search),
    privatePeers: hidden,
    persistentDialMsMax: p2p.persistentPeersMaxDialPeriod || undefined,
    // Those of the network of runtimes are among them: nobody there speaks with us.
    seeds: await addressesOf(readPeers('p2p.seeds', seeds), search),
    unconditionalPeers: [...p2p.unconditionalPeers.map(idOf), ...hidden],
    inboundPeersMax: p2p.maxNumInboundPeers,
    outboundPeersMax: p2p.maxNumOutboundPeers,
    duplicateIps: p2p.allowDuplicateIp || debug.allowDuplicateIp ? 'allowed' : 'refused',
    rates: {
      sendBytesPerSecond: Number(p2p.sendRate),
      receiveBytesPerSecond: Number(p2p.recvRate),
    },
    peerExchange: p2p.disablePeerExchange ? 'off' : 'on',
    addressBook: debug.addrBookLenient ? 'lenient' : 'strict',
  }
}

function readPeers(key: string, peers: readonly string[]): readonly NamedPeer[] {
  return peers.map((peer) => ({ key, peer: readSetting(key, () => withId(peer)) }))
}

/** Their addresses. Those that nobody knows yet join the list when somebody does. */
async function addressesOf(
  peers: readonly NamedPeer[],
  { names, dial }: PeerSearch,
): Promise<readonly NetAddress[]> {
  const known: NetAddress[] = []
  const join = (address: NetAddress) => {
    known.push(address)
    dial(address)
  }
  const lookUp = (one: NamedPeer) => names.find(one, () => resolveNetAddress(one.peer), join)
  const found = await Promise.all(peers.map(lookUp))
  known.unshift(...found.filter((address) => address !== undefined))
  return known
}

/** With an id, as CometBFT names a peer; the reference names it by its key. */
function withId(peer: string): string {
  const [name = '', where = ''] = withoutProtocol(peer).split('@', 2)
  const address = `${idOf(name)}@${where}`
  splitNetAddress(address)
  return address
}

function idOf(name: string): string {
  return isPeerId(name) ? name : peerIdOf(PublicKey.check(parseBase64(name)))
}

function readSetting<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodedError) throw badSetting(path, error.message)
    throw error
  }
}
