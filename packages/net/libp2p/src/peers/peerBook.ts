/** Peers that were known when a node or a seed stopped, in the reference's form. */

import { CodedError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { list, mapOf, withEntry } from '@wadi/cbor/collections'
import { bytes, text } from '@wadi/cbor/scalars'
import { decodePeerInfo, encodePeerInfo } from '../discovery/peerInfo.ts'
import type { KnownPeer } from './registryPeers.ts'

/** Where a node keeps the peers that it knew. */
export interface PeerBook {
  load(): Promise<Uint8Array | undefined>
  save(content: Uint8Array): Promise<void>
}

const Content = mapOf(text, list(bytes))

/** What a node's book has is of no namespace; a seed's says who has what. */
export const NO_NAMESPACE = ''

/** A peer, and what it is written down for. */
export interface BookEntry {
  readonly namespace: string
  readonly peer: KnownPeer
}

/** The content of a book. Peers without an address are left out. */
export function encodeBook(entries: Iterable<BookEntry>): Uint8Array {
  const infos = new Map<string, Uint8Array[]>()
  for (const { namespace, peer } of entries) {
    if (peer.addresses.length === 0) continue
    const own = infos.get(namespace) ?? []
    infos.set(namespace, own)
    own.push(encodePeerInfo(peer))
  }
  let content = Content.zero
  for (const [namespace, own] of infos) content = withEntry(content, namespace, own)
  return encode(Content, content)
}

/** What a book has; nothing, if it cannot be read. */
export function decodeBook(content: Uint8Array): readonly BookEntry[] {
  try {
    return [...decode(Content, content)].flatMap(([namespace, infos]) =>
      infos.map((info) => ({ namespace, peer: decodePeerInfo(info) })),
    )
  } catch (error) {
    if (error instanceof CodedError) return []
    throw error
  }
}
