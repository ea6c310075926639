/** What a node is called: by its key among us, by a text made of it in the library. */

import type { PeerId } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { printIp } from '@wadi/primitives/ip'
import type { NodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import { publicKeyOf } from './oasisKeys.ts'

/** A key as the key of a map. */
export type KeyText = string & { readonly __keyText: never }

export function keyTextOf(key: PublicKey): KeyText {
  return toHex(key) as KeyText
}

/** The library's name of a key. */
export function peerIdOf(key: PublicKey): PeerId {
  return peerIdFromPublicKey(publicKeyOf(key))
}

/** The key that a name of the library stands for, if it is one of Ed25519. */
export function keyOf(peerId: PeerId): PublicKey | undefined {
  return peerId.type === 'Ed25519' ? PublicKey.check(peerId.publicKey.raw) : undefined
}

const PORT_MAX = 65_535n

/** Where a node listens, in the library's form; undefined if nobody can listen there. */
export function multiaddrOf({ ip, port, zone }: NodeAddress): Multiaddr | undefined {
  if (ip === undefined || port < 1n || port > PORT_MAX || zone !== '') return undefined
  try {
    const host = printIp(ip)
    return multiaddr(`/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${port}`)
  } catch (error) {
    if (error instanceof CodedError || error instanceof Error) return undefined
    throw error
  }
}
