/** A node of ours on the loopback interface, and promises of what happens to it. */

import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { parseNetAddress, printEndpoint } from '@wadi/comet-p2p/net-address'
import { Network } from '@wadi/comet-p2p/network'
import { nodeSockets } from '@wadi/comet-p2p/node-sockets'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import type { Peer, Reactor } from '@wadi/contracts/peers'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { nativeChaCha20Poly1305 } from '@wadi/node-crypto/native/chacha20Poly1305'
import { nativeX25519 } from '@wadi/node-crypto/native/x25519'
import { parseIp } from '@wadi/primitives/ip'
import type { SignatureDialect } from '@wadi/tendermint/dialect'

/** What the Go program speaks on. */
export const CHANNEL = {
  id: 0x77,
  priority: 5,
  sendQueueMax: 10,
  messageBytesMax: 10_000_000,
} as const

const clock = { unixMs: () => Date.now(), monotonicMs: () => performance.now() }

/** See the top of this file. */
export class OwnPeer implements Reactor, Disposable {
  readonly name = 'live'
  readonly channels = [CHANNEL]
  readonly network: Network
  readonly #happened = new EventEmitter()

  constructor(dialect: SignatureDialect, chain: string) {
    const seed = new Uint8Array(randomBytes(32))
    const publicKey = publicKeyOfSeed(seed)
    this.network = new Network({
      world: {
        clock,
        timers: nodeTimers,
        random: { bytes: (size) => new Uint8Array(randomBytes(size)) },
        sockets: nodeSockets,
        log: createLogger('p2p', SILENT),
        metrics: new MetricsRegistry(),
      },
      key: {
        publicKey,
        sign: (message) => signMessage({ seed, publicKey }, dialect.prehash(message)),
      },
      dialect,
      algorithms: { x25519: nativeX25519, chacha20Poly1305: nativeChaCha20Poly1305 },
      description: {
        protocolVersion: { p2p: 8n, block: 11n, app: 1n },
        network: chain,
        version: '0.37.18',
        moniker: 'wadi',
        txIndex: 'off',
        rpcAddress: '',
      },
      listen: { ip: parseIp('127.0.0.1'), port: 0 },
      duplicateIps: 'allowed',
    })
    this.network.add(this)
  }

  /** Listens; the result is where. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.network.start((failure) => (failure === undefined ? resolve() : reject(failure)))
    })
    return `${this.network.id}@${printEndpoint(this.network.endpoint!)}`
  }

  /** Dials; the result is how that ended. */
  dial(address: string): Promise<string> {
    return new Promise((resolve) => {
      this.network.dial(parseNetAddress(address), (outcome) => {
        resolve(outcome.kind === 'failed' ? outcome.why : outcome.kind)
      })
    })
  }

  async nextPeer(): Promise<Peer> {
    const [peer] = (await once(this.#happened, 'added')) as [Peer]
    return peer
  }

  async nextMessage(): Promise<Uint8Array> {
    const [message] = (await once(this.#happened, 'message')) as [Uint8Array]
    return message
  }

  addPeer(peer: Peer): void {
    this.#happened.emit('added', peer)
  }

  removePeer(peer: Peer): void {
    this.#happened.emit('removed', peer)
  }

  receive(_peer: Peer, _channel: number, message: Uint8Array): void {
    this.#happened.emit('message', message)
  }

  [Symbol.dispose](): void {
    this.network.stop()
  }
}
