/** Our side of the runtime network, as tests with another program need it. */

import { parseBase64 } from '@wadi/base/bytes'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { Libp2pNetwork, type Libp2pOptions } from '@wadi/libp2p/network'
import { realWorld } from '@wadi/libp2p/testing/world'
import { type ConsensusAddress, parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { GoPeer } from '../comet-p2p/goPeer.ts'

export const CHAIN = 'c5'.repeat(32)

/** A network that listens on this machine and ends with the test. */
export class LiveNetwork implements AsyncDisposable {
  readonly network: Libp2pNetwork

  private constructor(network: Libp2pNetwork) {
    this.network = network
  }

  static async start(name: string, options: Partial<Libp2pOptions> = {}): Promise<LiveNetwork> {
    const network = await Libp2pNetwork.create({
      world: realWorld(),
      signer: createTestSigner('p2p', name),
      provider: kernelEd25519,
      forbidden: forbidKeys(),
      chainContext: CHAIN,
      userAgent: 'oasis-core/26.1',
      listen: { host: '127.0.0.1', port: 0 },
      ...options,
    })
    await network.start()
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
