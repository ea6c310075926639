import { parseBase64, toBase64 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Infer, Schema } from '@wadi/cbor/codec'
import { excerpt } from '@wadi/cbor/errors'
import { mapped } from '@wadi/cbor/mapped'
import { bytes, i64, text } from '@wadi/cbor/scalars'
import { named, nilable, struct } from '@wadi/cbor/struct'
import { parseIp, printIp } from './ip.ts'
import { PublicKey } from './publicKey.ts'

/** Texts that say not where a node listens. */
export const errors = definePlainErrors('nodeAddress', {
  malformed: 'malformed address of a node',
})

const PORT_MAX = 65_535n

const Endpoint = struct({
  ip: named('IP', nilable(bytes)),
  port: named('Port', i64),
  zone: named('Zone', text),
})

/** Where a node listens. The reference stores whatever it was given, so nothing is checked here. */
export type NodeAddress = Infer<typeof Endpoint>

/** The usual text: `host:port`, an IPv6 host in brackets. */
export function printNodeAddress({ ip, port, zone }: NodeAddress): string {
  const host = zone === '' ? printIp(ip) : `${printIp(ip)}%${zone}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * The address of a text. Names of hosts are not looked up: rules know no network.
 * COMPAT(oasis-core): an empty text is accepted: no host, and port 0.
 */
export function parseNodeAddress(source: string): NodeAddress {
  if (source === '') return Endpoint.zero
  const match = /^(?:\[([^\]%]*)(?:%([^\]]+))?\]|([^:[\]]*)):(\d{1,5})$/.exec(source)
  if (match === null) throw errors.malformed(excerpt(source))
  const host = match[1] ?? match[3] ?? ''
  const port = BigInt(match[4]!)
  if (port > PORT_MAX) throw errors.malformed(`port ${port}`)
  return { ip: host === '' ? undefined : parseIp(host), port, zone: match[2] ?? '' }
}

export const NodeAddress: Schema<NodeAddress> = mapped(Endpoint, {
  name: 'NodeAddress',
  from: (address) => address,
  to: (address) => address,
  jsonForm: { print: printNodeAddress, parse: parseNodeAddress },
})

const Peer = struct({ id: PublicKey, address: NodeAddress })

/** Where a node's consensus peer listens, and by which key it is known there. */
export type ConsensusAddress = Infer<typeof Peer>

function parsePeer(source: string): ConsensusAddress {
  const [id, address, ...rest] = source.split('@')
  if (id === undefined || address === undefined || rest.length > 0)
    throw errors.malformed(excerpt(source))
  return { id: PublicKey.check(parseBase64(id)), address: parseNodeAddress(address) }
}

export const ConsensusAddress: Schema<ConsensusAddress> = mapped(Peer, {
  name: 'ConsensusAddress',
  from: (peer) => peer,
  to: (peer) => peer,
  jsonForm: {
    print: ({ id, address }) => `${toBase64(id)}@${printNodeAddress(address)}`,
    parse: parsePeer,
  },
})
