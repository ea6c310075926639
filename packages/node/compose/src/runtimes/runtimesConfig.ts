/** What an operator says of the runtimes of a node. */

import type { Namespace } from '@wadi/primitives/namespace'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Version } from '@wadi/primitives/version'
import type { RuntimeInfoRequest } from '@wadi/runtime-protocol/host-protocol/information'
import type { ExecutorOptions, RuntimeWorkerOptions } from '@wadi/workers/runtime-worker'

/** A runtime that the node follows, with or without a program. */
export interface RuntimeWish {
  readonly id: Namespace
  /** What the runtime itself reads: values in CBOR. */
  readonly localConfig: RuntimeInfoRequest['localConfig']
}

/** A ParaTime in TypeScript: a program of this machine that is run in a thread. */
export interface ThreadProgram {
  readonly id: Namespace
  readonly version: Version
  readonly module: URL
}

/** See the top of this file. */
export interface RuntimesConfig {
  /** What the node does with them. */
  readonly part: 'compute' | 'observer' | 'client' | 'keymanager'
  readonly dataDir: string
  readonly runtimes: readonly RuntimeWish[]
  /** Paths of bundles. */
  readonly bundles: readonly string[]
  readonly threads: readonly ThreadProgram[]
  readonly provisioner: 'sandboxed' | 'unconfined' | 'mock'
  /** The path of bubblewrap. */
  readonly bubblewrap: string
  readonly enclaves: 'none' | 'mock'
  /** How many epochs before it is due a version is started. */
  readonly preWarmEpochs: bigint
  /** Who may always call the key manager's enclave. */
  readonly privatePeers: readonly PublicKey[]
  /** Which checkpoints it makes for others, and which rounds it drops; nothing if left out. */
  readonly upkeep: NonNullable<RuntimeWorkerOptions['upkeep']>
  /** Of the transactions of each. */
  readonly pool: NonNullable<ExecutorOptions['pool']>
  /** Heights that are looked through before what was found of a runtime is written. */
  readonly indexedAtOnce: number | undefined
  /** May a node that has nothing begin with a checkpoint? */
  readonly checkpoints: 'wanted' | 'off'
  /** `all`: proofs, too, for those who keep no states. */
  readonly offer: 'sync' | 'all'
}
