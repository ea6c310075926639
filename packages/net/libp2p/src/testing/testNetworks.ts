/** Networks on this machine, that know each other when they are told to. */

import type { Outcome, Question, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import type { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import { Libp2pNetwork, type Libp2pOptions } from '../network.ts'
import { signerOf } from './keys.ts'
import { realWorld } from './world.ts'

export const CHAIN = 'c5'.repeat(32)

/** Networks that end with the test. */
export class TestNetworks implements AsyncDisposable {
  readonly #networks: Libp2pNetwork[] = []

  async start(name: string, options: Partial<Libp2pOptions> = {}): Promise<Libp2pNetwork> {
    const network = await Libp2pNetwork.create({
      world: realWorld(),
      signer: signerOf(name),
      provider: kernelEd25519,
      forbidden: forbidKeys(),
      chainContext: CHAIN,
      userAgent: 'wadi',
      listen: { host: '127.0.0.1', port: 0 },
      ...options,
    })
    this.#networks.push(network)
    await network.start()
    return network
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#networks.map((network) => network.stop()))
  }
}

/** Where others dial it. */
export function addressOf(network: Libp2pNetwork): ConsensusAddress {
  return { id: network.key, address: network.addresses[0]! }
}

/** Until it is so. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What comes of a question. */
export function outcomeOf<T>(
  network: Pick<RuntimeNetwork, 'ask'>,
  question: Question<T>,
): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    network.ask(question, resolve)
  })
}
