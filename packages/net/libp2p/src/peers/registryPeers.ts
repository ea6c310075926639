/** The nodes of the registry: where they listen, and what they serve. */

import type { Node } from '@wadi/primitives/node'
import type { NodeAddress } from '@wadi/primitives/nodeAddress'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { type KeyText, keyTextOf } from '../host/peerNames.ts'
import { ADDRESSES_PER_PEER_MAX, NODES_MAX } from '../limits.ts'
import { offerOf } from '../names.ts'

/** Somebody who could be dialed. */
export interface KnownPeer {
  readonly key: PublicKey
  readonly addresses: readonly NodeAddress[]
}

interface RegisteredPeer extends KnownPeer {
  readonly offers: ReadonlySet<string>
}

/** See the top of this file. Topics and protocols have different names, so that one set does. */
export class RegistryPeers {
  readonly #chainContext: string
  readonly #peers = new Map<KeyText, RegisteredPeer>()

  constructor(chainContext: string) {
    this.#chainContext = chainContext
  }

  get size(): number {
    return this.#peers.size
  }

  has(key: PublicKey): boolean {
    return this.#peers.has(keyTextOf(key))
  }

  replace(nodes: readonly Node[]): void {
    this.#peers.clear()
    for (const node of nodes) this.update(node)
  }

  update(node: Node): void {
    const text = keyTextOf(node.p2p.id)
    if (this.#peers.size >= NODES_MAX && !this.#peers.has(text)) return
    const addresses = (node.p2p.addresses ?? []).slice(0, ADDRESSES_PER_PEER_MAX)
    const { protocols, topics } = offerOf(node, this.#chainContext)
    this.#peers.set(text, {
      key: node.p2p.id,
      addresses,
      offers: new Set([...protocols, ...topics]),
    })
  }

  /** Who has a topic or a protocol. */
  offering(name: string): readonly KnownPeer[] {
    return [...this.#peers.values()].filter(({ offers }) => offers.has(name))
  }
}
