/** What this node says of itself. */

import { CodedError } from '@wadi/base/errors'
import type { Reactor } from '@wadi/contracts/peers'
import { parseIp } from '@wadi/primitives/ip'
import type { NodeInfo } from '@wadi/tendermint/messages/connection'
import {
  type NetAddress,
  printEndpoint,
  splitHostPort,
  withoutProtocol,
} from '../address/netAddress.ts'
import type { Endpoint } from '../sockets/contract.ts'
import type { NetworkOptions } from './options.ts'

/** What is told where nobody listens: a node must name some address. */
const NOWHERE = '0.0.0.0:0'

/** The description that is sent to everybody. */
export function describeSelf(
  id: string,
  options: Pick<NetworkOptions, 'description' | 'externalAddress'>,
  reactors: readonly Reactor[],
  endpoint: Endpoint | undefined,
): NodeInfo {
  const { protocolVersion, network, version, moniker, txIndex, rpcAddress } = options.description
  const listenAddr = endpoint === undefined ? NOWHERE : printEndpoint(endpoint)
  return {
    protocolVersion,
    id,
    listenAddr: options.externalAddress ?? listenAddr,
    network,
    version,
    channels: Uint8Array.from(reactors.flatMap(({ channels }) => channels.map((one) => one.id))),
    moniker,
    other: { txIndex, rpcAddress },
  }
}

/** Addresses that lead to this node, as far as it knows. */
export function ownAddresses(
  id: string,
  externalAddress: string | undefined,
  endpoint: Endpoint | undefined,
): readonly NetAddress[] {
  const external = externalAddress === undefined ? undefined : addressOf(id, externalAddress)
  const listening = endpoint === undefined ? undefined : { ...endpoint, id }
  return [external, listening].filter((address) => address !== undefined)
}

function addressOf(id: string, text: string): NetAddress | undefined {
  const { host, port } = splitHostPort(withoutProtocol(text))
  try {
    return { id, ip: parseIp(host), port }
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
