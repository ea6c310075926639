/** A node whose answers need not be believed: each is verified by headers and proofs. */

import type { Clock } from '@wadi/base/clock'
import type { Timers } from '@wadi/base/timers'
import { cometChainId } from '@wadi/consensus/genesis/document'
import type { CallTransport } from '@wadi/grpc/call-transport'
import type { HashedResult } from '@wadi/tendermint/hashing/contentHashes'
import type { TrustedPoint } from '@wadi/tendermint/light/lightClient'
import type { NodeClient } from '../nodeClient.ts'
import { nodeCalls, nodeStreams } from '../nodeTables.ts'
import { createTableClient } from '../tableClient.ts'
import { webClock, webTimers } from '../webWorld.ts'
import { HeaderChain } from './headerChain.ts'
import { LightAnswers } from './lightAnswers.ts'
import { type ProvenHeader, provenHeader } from './lightBlocks.ts'
import { lightDesk } from './lightDesk.ts'
import { TRUST_PERIOD_MS } from './limits.ts'
import { ProvenStates } from './provenStates.ts'
import { Providers } from './providers.ts'
import { VerifiedFacts } from './verifiedFacts.ts'

/** What a light client begins with. */
export interface LightNodeOptions {
  /** Ways to at least two nodes, better of two owners: the first is asked, the others witness. */
  readonly transports: readonly CallTransport[]
  /** Names the network; the hash of its genesis document, in hexadecimal. */
  readonly chainContext: string
  /** A block that the caller knows to be of the chain, no older than the trust period. */
  readonly trust: TrustedPoint
  readonly trustPeriodMs?: number
  readonly clock?: Clock
  readonly timers?: Timers
  /** Is told which node gave what is not of the chain, or nothing. */
  readonly onBad?: (provider: number, why: string) => void
}

/** See the top of this file. */
export interface LightNode {
  /** The calls of a node. What the protocol has no proof for is refused with `notProvable`. */
  readonly client: NodeClient
  /** A header, and the validators of its block; of the last block if the height is zero. */
  header(height: bigint): Promise<ProvenHeader>
  /** What the network agreed on of the results of a block's transactions. */
  results(height: bigint): Promise<readonly HashedResult[]>
  /** What to trust the next time: the newest block that was verified. */
  readonly trusted: TrustedPoint
}

/** A light client. Nothing is asked before the first call. */
export function createLightNode(options: LightNodeOptions): LightNode {
  const { transports, chainContext, trust, onBad } = options
  const { clock = webClock, timers = webTimers, trustPeriodMs = TRUST_PERIOD_MS } = options
  const providers = new Providers(transports, onBad)
  const chainId = cometChainId(chainContext)
  const headers = new HeaderChain({ providers, chainId, trust, trustPeriodMs, clock, timers })
  const facts = new VerifiedFacts({ providers, headers, chainContext })
  const answers = new LightAnswers(facts, new ProvenStates(providers))
  return {
    client: createTableClient(lightDesk({ answers, providers, timers }), nodeCalls, nodeStreams),
    header: async (height) => provenHeader(facts, await answers.heightOf(height)),
    results: (height) => facts.results.load(height),
    get trusted() {
      return headers.newest
    },
  }
}
