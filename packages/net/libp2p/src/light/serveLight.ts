/** Answers other nodes about light blocks, out of what this node has. */

import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import { LIGHT_SERVICE, protocolOf } from '../names.ts'
import { type PeerAnswers, servePeers } from '../rpc/servePeers.ts'
import { stopOnBug } from '../stopOnBug.ts'
import { LIGHT_METHODS } from './lightMethods.ts'

/** What this node knows of the chain. Heights that it does not have are refused. */
export type LightSource = PeerAnswers<typeof LIGHT_METHODS>

/** Serves the protocol on a network, and keeps others connected that do, as the reference does. */
export function serveLight(
  network: Pick<RuntimeNetwork, 'serve' | 'want'>,
  chainContext: string,
  answers: LightSource,
): void {
  const protocol = protocolOf(chainContext, LIGHT_SERVICE)
  network.want(protocol, LIGHT_SERVICE.wanted)
  servePeers(network, protocol, { methods: LIGHT_METHODS, answers, onFatal: stopOnBug })
}
