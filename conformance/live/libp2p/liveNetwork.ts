/** Our side of the runtime network, as tests with another program need it. */

import { parseBase64 } from '@wadi/base/bytes'
import type { Libp2pNetwork, Libp2pOptions } from '@wadi/libp2p/network'
import { startLoopback } from '@wadi/libp2p/testing/start-loopback'
import { type ConsensusAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { GoPeer } from '../comet-p2p/goPeer.ts'

/** A network that listens on this machine and ends with the test. */
export class LiveNetwork implements AsyncDisposable {
  readonly network: Libp2pNetwork

  private constructor(network: Libp2pNetwork) {
    this.network = network
  }

  static async start(name: string, options: Partial<Libp2pOptions> = {}): Promise<LiveNetwork> {
    const network = await startLoopback(name, { userAgent: 'oasis-core/26.1', ...options })
    return new LiveNetwork(network)
  }

  /** Where others dial it, in libp2p's words. */
  get address(): ConsensusAddress {
    return { id: this.network.key, address: this.network.addresses[0]! }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.network.stop()
  }
}

/** Who the other program is, and where it listens. */
export interface Listening {
  readonly address: ConsensusAddress
  /** What libp2p calls it. */
  readonly name: string
}

export async function listening(go: GoPeer): Promise<Listening> {
  const [, key, name, port] = (await go.hear(/^listening /)).split(' ')
  const id = PublicKey.check(parseBase64(key!))
  return { address: { id, address: parseNodeAddress(`127.0.0.1:${port}`) }, name: name! }
}
