/** Tells the network of runtimes what is on the chain: who is who, and who must not be lost. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { streams as keymanagerStreams } from '@wadi/consensus/keymanager/api'
import { streams as registryStreams } from '@wadi/consensus/registry/api'
import { streams as schedulerStreams } from '@wadi/consensus/scheduler/api'
import { CommitteeKind } from '@wadi/consensus/scheduler/committee'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { ChainWatch } from './chainWatch.ts'

type Told = Pick<RuntimeNetwork, 'replaceNodes' | 'updateNode' | 'setImportant'>

/** Whose connections are kept, by the names of their nodes. */
interface Kept {
  readonly kind: 'compute' | 'keymanager'
  readonly runtimeId: Namespace
  readonly members: readonly PublicKey[]
}

/** See the top of this file. */
export class PeerTable {
  readonly #network: Told
  /** The keys of nodes in this network, by their names. */
  readonly #keys = new Map<string, PublicKey>()
  readonly #kept = new Map<string, Kept>()
  /** Runtimes that this node has to do with, and their key managers. */
  readonly #runtimes = new Set<string>()
  readonly #keymanagers = new Map<string, string>()

  constructor(network: Told) {
    this.#network = network
  }

  /** The committee and the key manager of a runtime matter from now on. */
  keepRuntime(runtimeId: Namespace): void {
    this.#runtimes.add(toHex(runtimeId))
    this.#tellAll()
  }

  /** Hears everything from a node that has caught up. */
  follow(chain: ChainWatch): void {
    chain.watch({
      name: 'Registry/WatchNodeList',
      item: registryStreams['Registry/WatchNodeList'].item,
      take: ({ nodes }) => this.#replaceNodes(nodes),
    })
    chain.watch({
      name: 'Registry/WatchNodes',
      item: registryStreams['Registry/WatchNodes'].item,
      take: ({ node, isRegistration }) => {
        if (node !== undefined && isRegistration) this.#updateNode(node)
      },
    })
    chain.watch({
      name: 'Registry/WatchRuntimes',
      item: registryStreams['Registry/WatchRuntimes'].item,
      take: ({ id, keyManager = id }) => {
        this.#keymanagers.set(toHex(id), toHex(keyManager))
        this.#tellAll()
      },
    })
    chain.watch({
      name: 'Scheduler/WatchCommittees',
      item: schedulerStreams['Scheduler/WatchCommittees'].item,
      take: ({ kind, runtimeId, members }) => {
        if (kind !== CommitteeKind.names.executor) return
        const keys = (members ?? []).flatMap((member) => member?.publicKey ?? [])
        this.#keep({ kind: 'compute', runtimeId, members: keys })
      },
    })
    chain.watch({
      name: 'KeyManager/WatchStatuses',
      item: keymanagerStreams['KeyManager/WatchStatuses'].item,
      take: ({ id, nodes }) =>
        this.#keep({ kind: 'keymanager', runtimeId: id, members: nodes ?? [] }),
    })
  }

  #replaceNodes(nodes: readonly Node[]): void {
    this.#keys.clear()
    for (const { id, p2p } of nodes) this.#keys.set(toHex(id), p2p.id)
    this.#network.replaceNodes(nodes)
    this.#tellAll()
  }

  #updateNode(node: Node): void {
    const before = this.#keys.get(toHex(node.id))
    this.#keys.set(toHex(node.id), node.p2p.id)
    this.#network.updateNode(node)
    if (before === undefined || !equalBytes(before, node.p2p.id)) this.#tellAll()
  }

  #keep(kept: Kept): void {
    this.#kept.set(`${kept.kind}/${toHex(kept.runtimeId)}`, kept)
    this.#tell(kept)
  }

  #tellAll(): void {
    for (const kept of this.#kept.values()) this.#tell(kept)
  }

  #tell({ kind, runtimeId, members }: Kept): void {
    if (!this.#matters(kind, toHex(runtimeId))) return
    const keys = members.flatMap((id) => this.#keys.get(toHex(id)) ?? [])
    this.#network.setImportant(kind, runtimeId, keys)
  }

  #matters(kind: Kept['kind'], id: string): boolean {
    if (kind === 'compute') return this.#runtimes.has(id)
    return [...this.#runtimes].some((own) => own === id || this.#keymanagers.get(own) === id)
  }
}
