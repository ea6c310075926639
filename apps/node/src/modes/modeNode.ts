/** What a node of any mode is made of, and what its process needs of it. */

import type { Logger } from '@wadi/base/log'
import type { NodeWorld } from '@wadi/compose/create-node'
import type { NodeKeys } from '@wadi/compose/node-keys'
import type { NodeRuntimesOptions } from '@wadi/compose/runtimes'
import type { RuntimeAsk } from '@wadi/compose/runtimes/ask'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { RuntimeNetwork } from '@wadi/contracts/runtime-network'
import type { Signer } from '@wadi/crypto/signature/signer'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { NodeConfig as Settings } from '@wadi/node-config/node-config'
import type { Epoch } from '@wadi/primitives/epoch'
import type { CreateProver } from '../nodeRegistration.ts'

/** What a node does that is not honest, or not yet. */
export interface Misbehaviour {
  /** How it answers the beacon; as it should, if that is left out. */
  readonly createProver?: CreateProver
  /** Before it the node neither registers nor proves. */
  readonly activationEpoch: Epoch
  /** What it does in rounds of runtimes. */
  readonly misdeedsIn?: NodeRuntimesOptions['misdeedsIn']
  /** The network of runtimes as it serves it. */
  networkOf?(network: RuntimeNetwork, log: Logger): RuntimeNetwork
  /** Has somebody look at the chain after each block, who may end the node. */
  watch?(place: WatchPlace): { applied(): void | Promise<void> }
}

/** What somebody who watches a node that misbehaves works with. */
export interface WatchPlace extends Pick<NodeContext, 'stopSoon' | 'onFatal'> {
  readonly ask: RuntimeAsk
  readonly node: Signer
  readonly log: Logger
}

/** What it is made of. */
export interface NodeContext {
  readonly settings: Settings
  readonly dataDir: string
  /** Was the flag given that allows what is for tests? */
  readonly isForTests: boolean
  /** For tests of others: see {@link Misbehaviour}. */
  readonly misbehaviour?: Misbehaviour
  readonly world: NodeWorld
  readonly document: GenesisDocument
  readonly keys: NodeKeys
  /** Aborted when the node is to end: who opens or starts it waits for nobody any more. */
  readonly ending: AbortSignal
  /** Has the process end the node, a little later. */
  readonly stopSoon: () => void
  readonly onFatal: (error: unknown) => void
}

/** A node that has been opened. */
export interface ModeNode {
  readonly id: string
  readonly chainId: string
  /** Of the last block when it was opened. */
  readonly height: bigint
  readonly api: NodeApi | undefined
  start(): Promise<void>
  /** Called when `start` has answered or thrown, if it was called. */
  stop(): Promise<void>
}
