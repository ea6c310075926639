/** Where a node says that others can reach it, as far as its configuration tells. */

import { CodedError } from '@wadi/base/errors'
import { isReachable } from '@wadi/consensus-services/registry/addresses'
import { parseIp } from '@wadi/primitives/ip'
import {
  type ConsensusAddress,
  type NodeAddress,
  parseNodeAddress,
} from '@wadi/primitives/nodeAddress'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import type { Names } from './nodeNames.ts'

/** Which addresses are told to the registry. */
export type Reach = 'routable' | 'any'

/** What of the configuration says where the node's consensus layer is. */
export interface ConsensusPlace {
  /** `tcp://host:port`, or without the protocol. */
  readonly listenAddress: string
  readonly externalAddress?: string | undefined
}

const EVERYWHERE = '0.0.0.0'

/**
 * Where peers reach the node, under the key by which they know it.
 * COMPAT(oasis-core): who listens everywhere, and says nothing else, tells the address of the
 * interface that leads into the internet.
 */
export async function consensusAddressOf(
  { listenAddress, externalAddress = listenAddress }: ConsensusPlace,
  p2pKey: PublicKey,
  names: Names,
): Promise<ConsensusAddress> {
  const text = externalAddress.replace(/^tcp:\/\//, '')
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? []
  const guessed = host === EVERYWHERE ? bracketed(await names.outwardAddress()) : host
  return { id: p2pKey, address: await addressOf(guessed, port, names) }
}

async function addressOf(host: string, port: string, names: Names): Promise<NodeAddress> {
  try {
    return parseNodeAddress(`${host}:${port}`)
  } catch (error) {
    if (!(error instanceof CodedError) || !isName(host)) throw error
    return parseNodeAddress(`${bracketed(await names.lookUp(host))}:${port}`)
  }
}

const bracketed = (ip: string) => (ip.includes(':') ? `[${ip}]` : ip)

const isName = (host: string) => /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?$/.test(host)

/** What of the configuration says where the node's network of runtimes is. */
export interface P2pPlace {
  /** `ip:port`, as the operator has listed them; those of all interfaces if there are none. */
  readonly addresses: readonly string[]
  readonly port: number
}

/** Where other nodes of runtimes reach the node. */
export function p2pAddressesOf(
  { addresses, port }: P2pPlace,
  names: Names,
): readonly NodeAddress[] {
  if (addresses.length > 0) return addresses.map(parseNodeAddress)
  return names.ownAddresses().map((host) => ({ ip: parseIp(host), port: BigInt(port), zone: '' }))
}

/** Those that the registry takes; a node that tells another one is refused. */
export function reachableOf(
  addresses: readonly NodeAddress[],
  reach: Reach,
): readonly NodeAddress[] {
  return reach === 'any' ? addresses : addresses.filter(isReachable)
}

/** As {@link reachableOf}, for a node that has to have one. */
export function reachablePeersOf(
  peers: readonly ConsensusAddress[],
  reach: Reach,
): readonly ConsensusAddress[] {
  const found = peers.filter(({ address }) => reach === 'any' || isReachable(address))
  if (found.length === 0) throw errors.noConsensusAddresses()
  return found
}
