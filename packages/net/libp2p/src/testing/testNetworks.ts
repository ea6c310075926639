/** Networks on this machine, that know each other when they are told to. */

import type { Outcome, Question, RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { ConsensusAddress } from '@wadi/primitives/nodeAddress'
import type { Libp2pNetwork, Libp2pOptions } from '../network.ts'
import { startLoopback } from './startLoopback.ts'

/** Networks that end with the test. */
export class TestNetworks implements AsyncDisposable {
  readonly #networks: Libp2pNetwork[] = []

  async start(name: string, options: Partial<Libp2pOptions> = {}): Promise<Libp2pNetwork> {
    const network = await startLoopback(name, options)
    this.#networks.push(network)
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
