/** Who may be connected: everybody but the blocked. */

import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { ForbiddenKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { BLOCKED_MAX, HANDSHAKES_PER_IP_MAX } from '../limits.ts'
import { type KeyText, keyOf, keyTextOf } from './peerNames.ts'

const DIALLED = /^\/ip[46]\/[^/]+\/tcp\/\d+(?:\/p2p\/[^/]+)?$/

/** What the gate is told at the start. */
export interface GateOptions {
  /** Of IP addresses, as text. */
  readonly blockedIps: ReadonlySet<string>
  /** COMPAT(oasis-core): no signature of theirs is valid, so they never end a handshake. */
  readonly forbidden: ForbiddenKeys
}

/** See the top of this file. */
export class Gate {
  readonly #options: GateOptions
  /** In the order in which they were blocked. */
  readonly #blocked = new Set<KeyText>()
  /** Connections of others that have not shown who they are, by address. */
  readonly #handshakes = new Map<string, Set<MultiaddrConnection>>()

  constructor(options: GateOptions) {
    this.#options = options
  }

  block(key: PublicKey): void {
    this.#blocked.add(keyTextOf(key))
    if (this.#blocked.size <= BLOCKED_MAX) return
    const [oldest] = this.#blocked
    this.#blocked.delete(oldest!)
  }

  get blockedCount(): number {
    return this.#blocked.size
  }

  isBlocked(key: PublicKey): boolean {
    return this.#blocked.has(keyTextOf(key)) || this.#options.forbidden.has(key)
  }

  /** The library's questions. */
  get gater(): ConnectionGater {
    const isDenied = (peerId: PeerId) => {
      const key = keyOf(peerId)
      return key === undefined || this.isBlocked(key)
    }
    const isIpDenied = (address: Multiaddr) => {
      const ip = ipOf(address)
      return ip === undefined || this.#options.blockedIps.has(ip)
    }
    return {
      denyDialPeer: isDenied,
      // Whoever tells an address could else make us look up names, or speak other protocols.
      denyDialMultiaddr: (address) => !DIALLED.test(address.toString()) || isIpDenied(address),
      denyInboundConnection: (connection) =>
        isIpDenied(connection.remoteAddr) || !this.#enter(connection),
      denyInboundEncryptedConnection: (peerId, connection) => {
        this.#leave(connection)
        return isDenied(peerId)
      },
      denyOutboundEncryptedConnection: isDenied,
      filterMultiaddrForPeer: (_peer, address) => DIALLED.test(address.toString()),
    }
  }

  /** Is there a place for one more handshake with that address? */
  #enter(connection: MultiaddrConnection): boolean {
    const ip = ipOf(connection.remoteAddr) ?? ''
    const own = this.#handshakes.get(ip) ?? new Set()
    if (own.size >= HANDSHAKES_PER_IP_MAX) return false
    this.#handshakes.set(ip, own.add(connection))
    connection.addEventListener('close', () => this.#leave(connection), { once: true })
    return true
  }

  #leave(connection: MultiaddrConnection): void {
    const ip = ipOf(connection.remoteAddr) ?? ''
    const own = this.#handshakes.get(ip)
    own?.delete(connection)
    if (own?.size === 0) this.#handshakes.delete(ip)
  }
}

function ipOf(address: Multiaddr): string | undefined {
  return /^\/ip[46]\/([^/]+)/.exec(address.toString())?.[1]
}
