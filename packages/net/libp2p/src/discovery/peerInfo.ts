/** A peer and where it listens, as libp2p's Go side writes it in JSON. */

import { concatBytes, equalBytes, parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { printIp } from '@wadi/primitives/ip'
import { type NodeAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { parsePeerId, printPeerId } from '@wadi/primitives/peerId'
import { PublicKey } from '@wadi/primitives/publicKey'
import { ADDRESSES_PER_PEER_MAX, PEER_INFO_BYTES_MAX } from '../limits.ts'
import type { KnownPeer } from '../peers/registryPeers.ts'

export const errors = definePlainErrors('peerInfo', { malformed: 'malformed peer' })

/** A multihash that is the key itself: 36 bytes of a protocol buffer with type and key. */
const NAME_HEAD = Uint8Array.of(0, 36, 8, 1, 18, 32)

/** What the library calls the owner of an Ed25519 key. */
export function printKeyName(key: PublicKey): string {
  return printPeerId(concatBytes(NAME_HEAD, key))
}

/** The key that a name stands for. */
export function parseKeyName(name: string): PublicKey {
  const bytes = parsePeerId(name)
  const head = bytes.subarray(0, NAME_HEAD.length)
  if (!equalBytes(head, NAME_HEAD)) throw errors.malformed('the name is not an Ed25519 key')
  return PublicKey.check(bytes.slice(NAME_HEAD.length))
}

/** An address in libp2p's form. */
export function printMultiaddr({ ip, port }: NodeAddress): string {
  const host = printIp(ip)
  return `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}`
}

/** The address of a text, if it is of TCP and names no host. */
export function parseMultiaddr(source: string): NodeAddress | undefined {
  const [, family, host, port] =
    /^\/(ip[46])\/([^/]+)\/tcp\/(\d{1,5})(?:\/p2p\/.*)?$/.exec(source) ?? []
  if (family === undefined || (family === 'ip6') !== host!.includes(':')) return undefined
  try {
    return parseNodeAddress(family === 'ip6' ? `[${host}]:${port}` : `${host}:${port}`)
  } catch {
    return undefined
  }
}

/** The JSON of a peer. */
export function encodePeerInfo({ key, addresses }: KnownPeer): Uint8Array {
  return toUtf8(JSON.stringify({ ID: printKeyName(key), Addrs: addresses.map(printMultiaddr) }))
}

/** The peer of a JSON text. Addresses of other transports are left out. */
export function decodePeerInfo(bytes: Uint8Array): KnownPeer {
  if (bytes.length > PEER_INFO_BYTES_MAX) throw errors.malformed(`${bytes.length} bytes`)
  const { ID, Addrs } = parseObject(bytes)
  if (typeof ID !== 'string') throw errors.malformed('no name')
  if (!Array.isArray(Addrs)) throw errors.malformed('no addresses')
  const addresses = Addrs.slice(0, ADDRESSES_PER_PEER_MAX).flatMap((address: unknown) => {
    if (typeof address !== 'string') throw errors.malformed('an address is no text')
    return parseMultiaddr(address) ?? []
  })
  return { key: parseKeyName(ID), addresses }
}

function parseObject(bytes: Uint8Array): { readonly ID?: unknown; readonly Addrs?: unknown } {
  const source = parseUtf8(bytes)
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    throw errors.malformed('no JSON')
  }
  if (typeof value !== 'object' || value === null) throw errors.malformed('no object')
  return value
}
