/** A chain, those who have its light blocks, a node that syncs and others that have snapshots. */

import { createLogger, SILENT } from '@wadi/base/log'
import { SeededRandom } from '@wadi/base/random'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Application, Snapshot } from '@wadi/contracts/application'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import { decode, encode } from '@wadi/protobuf/codec'
import type { ChainState } from '@wadi/tendermint/chainState/chainState'
import { DEFAULT_PARAMS } from '@wadi/tendermint/chainState/consensusParams'
import { consensusParamsHash } from '@wadi/tendermint/hashing/contentHashes'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import { cheapDialect, LIGHT_CHAIN_ID, LightChain } from '@wadi/tendermint/light/testing/lightChain'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import { type LinkedPeer, link } from '../../blockSync/testing/linkedPeer.ts'
import { DiskBlockStore } from '../../stores/diskBlockStore.ts'
import { DiskStateStore } from '../../stores/diskStateStore.ts'
import type { LightBlockProvider, StateSyncConfig } from '../contract.ts'
import { StateSyncReactor } from '../stateSyncReactor.ts'
import { SnapshotApplication, type SnapshotApplicationOptions } from './snapshotApplication.ts'

const LOG = createLogger('test', SILENT)
/** The height of the chain. */
export const LAST = 60n
export const PARAMS: ConsensusParams = { ...DEFAULT_PARAMS, version: { app: 1n } }

const plain = new LightChain({
  last: LAST,
  membersAt: (height) => Array.from({ length: 4 }, (_, i) => i + Number(height / 8n)),
})
/** Four validators, of whom one is exchanged every eight blocks. */
export const chain = plain.forked({
  from: 1n,
  change: (header) => ({
    ...header,
    consensusHash: consensusParamsHash(PARAMS),
    appHash: new Uint8Array(32).fill(Number(header.height)),
  }),
})
/** What the application has after the block of a height. */
export const appHashAt = (height: bigint): Uint8Array =>
  chain.at(height + 1n).signedHeader.header.appHash

export const CONFIG: StateSyncConfig = {
  chainId: LIGHT_CHAIN_ID,
  initialHeight: 1n,
  trustHeight: 3n,
  trustHash: headerHash(chain.at(3n).signedHeader.header),
  trustPeriodMs: 1_000_000,
  discoveryMs: 5_000,
}

/** A provider, and what was reported of it. */
export type TestProvider = LightBlockProvider & { readonly bad: string[] }

/** Has a chain's light blocks, and tells parameters. */
export function providerOf(
  of: LightChain,
  { params = PARAMS, isSilent = false }: { params?: ConsensusParams; isSilent?: boolean } = {},
): TestProvider {
  const bad: string[] = []
  return {
    name: 'test',
    bad,
    fetchLightBlock(height, answer) {
      if (isSilent) return
      if (height > of.last) answer({ kind: 'too-high' })
      else answer({ kind: 'found', block: of.at(height === 0n ? of.last : height) })
    },
    fetchParams(_, answer) {
      if (!isSilent) answer(params)
    },
    reportEvidence: () => undefined,
    reportBad: (why) => void bad.push(why),
  }
}

/** A node of which there is only what syncs. */
export class Node {
  readonly name: string
  readonly application: SnapshotApplication
  readonly reactor: StateSyncReactor
  readonly synced: ChainState[] = []
  readonly failures: Error[] = []
  readonly blockStore: DiskBlockStore
  readonly stateStore: DiskStateStore

  constructor(time: VirtualTime, name: string, options: Partial<SnapshotApplicationOptions> = {}) {
    this.name = name
    this.application = new SnapshotApplication({ appHashAt, ...options })
    const store = { files: new MemoryFiles(), chain: LIGHT_CHAIN_ID, log: LOG }
    this.blockStore = new DiskBlockStore({ ...store, path: 'blocks' })
    this.stateStore = new DiskStateStore({ ...store, path: 'state' })
    this.reactor = new StateSyncReactor({
      clock: time.clock,
      timers: time,
      random: new SeededRandom(1n),
      log: LOG,
      dialect: cheapDialect,
      application: this.application as unknown as Application,
      blockStore: this.blockStore,
      stateStore: this.stateStore,
    })
  }

  sync(providers: readonly LightBlockProvider[], config: Partial<StateSyncConfig> = {}): void {
    this.reactor.sync({
      config: { ...CONFIG, ...config },
      providers,
      onSynced: (state) => this.synced.push(state),
      onFailed: (error) => this.failures.push(error),
    })
  }
}

export const HONEST = [providerOf(chain), providerOf(chain)]

/** A virtual time whose clock is a little after the chain's last block. */
export function timeOfChain(): VirtualTime {
  const time = new VirtualTime()
  time.clock.setUnix(1_700_000_000_000 + Number(LAST + 2n) * 1000)
  return time
}

export interface Scene {
  readonly time: VirtualTime
  readonly young: Node
  readonly ends: readonly { readonly atA: LinkedPeer; readonly atB: LinkedPeer }[]
}

/** A node that syncs, and nodes that have snapshots. */
export function scene(
  olds: readonly (readonly Snapshot[])[],
  options: Partial<SnapshotApplicationOptions> = {},
): Scene {
  const time = timeOfChain()
  const young = new Node(time, 'young', options)
  const ends = olds.map((snapshots, i) =>
    link(time, young, new Node(time, `old${i}`, { snapshots })),
  )
  return { time, young, ends }
}

/** Changes the chunks on their way, or loses them. */
export function changingChunks(change: (chunk: Uint8Array) => Uint8Array | undefined) {
  return (bytes: Uint8Array): Uint8Array | undefined => {
    const message = decode(StateSyncMessage, bytes)
    if (message.kind !== 'chunk') return bytes
    const chunk = change(message.body.chunk)
    if (chunk === undefined) return undefined
    const missing = chunk.length === 0
    return encode(StateSyncMessage, { kind: 'chunk', body: { ...message.body, chunk, missing } })
  }
}
