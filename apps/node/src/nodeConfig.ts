/** From what an operator says to what a node is made of. */

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
import type { PeersConfig } from '@wadi/compose/node-network'
import type { SignerConfig } from '@wadi/compose/node-signer'
import type { Halt } from '@wadi/consensus-services/application/halt'
import { pruningOf } from '@wadi/consensus-services/application/pruning'
import { parseIp } from '@wadi/primitives/ip'
import { PublicKey } from '@wadi/primitives/publicKey'
import { oasisDialect, stockDialect } from '@wadi/tendermint/dialect'
import type { Settings } from './settings.ts'

/** Part of the configuration cannot be what is meant. */
export function badSetting(path: string, why: string): UnavailableError {
  return new UnavailableError('node.setting', `${path}: ${why}`)
}

/** The levels of the log by module. */
export function levelsOf({ 'common.log': { level } }: Settings): LevelChoice {
  const { default: otherwise = 'info', ...modules } = Object.fromEntries(level)
  return { otherwise, modules }
}

/** An IP address and a port. */
export function readEndpoint(path: string, text: string): Endpoint {
  return readSetting(path, () => {
    const { host, port } = splitHostPort(withoutProtocol(text))
    return { ip: parseIp(host), port }
  })
}

/** The configuration of a node. Names of hosts are looked up. */
export async function nodeConfigOf(settings: Settings): Promise<NodeConfig> {
  const { dialect, timeoutPropose, timeoutVote } = settings.test
  const { strategy, numKept } = settings['consensus.prune']
  return {
    dataDir: settings.common.dataDir,
    dialect: dialect === 'oasis' ? oasisDialect : stockDialect,
    peers: await peersOf(settings),
    signer: signerOf(settings),
    halt: haltOf(settings),
    stateSync: stateSyncOf(settings),
    pruning: pruningOf(strategy, BigInt(numKept)),
    rounds: {
      timeoutProposeMs: timeoutPropose,
      timeoutPrevoteMs: timeoutVote,
      timeoutPrecommitMs: timeoutVote,
    },
  }
}

const HASH_BYTES = 32

function stateSyncOf(settings: Settings): NodeConfig['stateSync'] {
  const { period, height, hash } = settings['consensus.light_client.trust']
  if (!settings['consensus.state_sync'].enabled) return undefined
  const at = 'consensus.light_client.trust'
  if (height === 0) throw badSetting(`${at}.height`, 'is needed to take the state of others')
  if (period === 0) throw badSetting(`${at}.period`, 'nobody can be trusted for no time')
  const trustHash = readSetting(`${at}.hash`, () => parseHex(hash))
  if (trustHash.length !== HASH_BYTES) throw badSetting(`${at}.hash`, 'is not of 64 digits')
  return { trustHeight: BigInt(height), trustHash, trustPeriodMs: period }
}

const UNIX = 'unix://'

function signerOf({ 'consensus.signer': signer }: Settings): SignerConfig {
  const { kind, keyFile, stateDir, address, connectionKey } = signer
  const at = (name: string) => `consensus.signer.${name}`
  const told = (name: string, text: string): string => {
    if (text === '') throw badSetting(at(name), `is needed for ${kind}`)
    return text
  }
  const keyOf = (name: string, text: string) =>
    readSetting(at(name), () => PublicKey.check(parseBase64(told(name, text))))
  if (kind === 'file') return { kind }
  if (kind === 'stock') {
    const stateFolder = told('state_dir', stateDir)
    return { kind, keyPath: told('key_file', keyFile), stateFolder }
  }
  const publicKey = keyOf('public_key', signer.publicKey)
  if (told('address', address).startsWith(UNIX))
    return { kind, publicKey, door: { kind: 'socket', path: address.slice(UNIX.length) } }
  const endpoint = readEndpoint(at('address'), address)
  const key = connectionKey === '' ? undefined : keyOf('connection_key', connectionKey)
  return { kind, publicKey, door: { kind: 'port', endpoint, connectionKey: key } }
}

function haltOf({ consensus: { haltEpoch, haltHeight } }: Settings): Halt {
  if (haltEpoch > 0 && haltHeight > 0)
    throw badSetting('consensus.halt_height', 'only one of it and consensus.halt_epoch can be set')
  return { epoch: BigInt(haltEpoch), height: BigInt(haltHeight) }
}

async function peersOf(settings: Settings): Promise<PeersConfig> {
  const { consensus, 'consensus.p2p': p2p, 'consensus.debug': debug } = settings
  const external = withoutProtocol(consensus.externalAddress)
  return {
    listen: readEndpoint('consensus.listen_address', consensus.listenAddress),
    externalAddress: external === '' ? undefined : external,
    persistentPeers: await readPeers('consensus.p2p.persistent_peers', p2p.persistentPeers),
    seeds: await readPeers('consensus.p2p.seeds', p2p.seeds),
    unconditionalPeers: p2p.unconditionalPeers,
    inboundPeersMax: p2p.maxNumInboundPeers,
    outboundPeersMax: p2p.maxNumOutboundPeers,
    duplicateIps: p2p.allowDuplicateIp ? 'allowed' : 'refused',
    rates: { sendBytesPerSecond: p2p.sendRate, receiveBytesPerSecond: p2p.recvRate },
    peerExchange: p2p.disablePeerExchange ? 'off' : 'on',
    addressBook: debug.addrBookLenient ? 'lenient' : 'strict',
  }
}

function readPeers(path: string, peers: readonly string[]): Promise<readonly NetAddress[]> {
  const written = peers.map((peer) => readSetting(path, () => withId(peer)))
  return Promise.all(written.map(resolveNetAddress))
}

/** With an id, as CometBFT names a peer; the reference names it by its key. */
function withId(peer: string): string {
  const [name = '', where = ''] = withoutProtocol(peer).split('@', 2)
  const id = isPeerId(name) ? name : peerIdOf(PublicKey.check(parseBase64(name)))
  const address = `${id}@${where}`
  splitNetAddress(address)
  return address
}

function readSetting<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodedError) throw badSetting(path, error.message)
    throw error
  }
}
