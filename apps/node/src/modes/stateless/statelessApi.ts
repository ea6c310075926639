/** What a node without a state answers: what can be proved, and where it stands itself. */

import { encode, zero } from '@wadi/cbor/codec'
import { ZERO_TIME } from '@wadi/cbor/time'
import type { NodeP2p } from '@wadi/compose/node-p2p'
import { BACKEND } from '@wadi/consensus/consensus'
import { streams } from '@wadi/consensus/consensus/api'
import {
  Status as ConsensusStatus,
  FEATURES,
  LightClientStatus,
  StatusState,
} from '@wadi/consensus/consensus/status'
import { RegistrationStatus, Status } from '@wadi/consensus/control'
import { errors as controlErrors } from '@wadi/consensus/control/errors'
import { chainContextOf, type GenesisDocument } from '@wadi/consensus/genesis/document'
import type { CallTransport } from '@wadi/grpc/call-transport'
import type { NodeApi } from '@wadi/node-api/node-api'
import type { NodeFacts } from '@wadi/node-api/node-facts'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'
import type { LightNode } from '@wadi/sdk/light-node'
import { createNodeClient } from '@wadi/sdk/node-client'
import { nodeCalls } from '@wadi/sdk/node-tables'
import { callerOf } from '@wadi/sdk/table-client'
import type { BlockFollower } from './blockFollower.ts'

type Methods = NodeApi['methods']
type Answer = Methods[string]['answer']
type Sink = Parameters<NodeApi['watch']>[2]

/** What the answers are made of. */
export interface StatelessParts {
  readonly light: LightNode
  readonly follower: BlockFollower
  readonly document: GenesisDocument
  /** Who is asked for what nobody can prove. */
  readonly provider: CallTransport
  readonly p2p: Pick<NodeP2p, 'status' | 'lightPeers'>
  readonly facts: Pick<NodeFacts, 'softwareVersion' | 'mode' | 'identity' | 'debug'>
  readonly shutdown: () => void
}

const WATCH_BLOCKS = 'Consensus/WatchBlocks' satisfies keyof typeof streams

/** COMPAT(oasis-core): nobody can prove it, and it is told nevertheless. */
const UNPROVED: ReadonlySet<string> = new Set(['Consensus/GetUnconfirmedTransactions'])

/** What only a node with runtimes answers. */
const OF_RUNTIMES = /^RuntimeClient\//

async function consensusStatus(parts: StatelessParts): Promise<ConsensusStatus> {
  const { document, follower, light } = parts
  const { latest } = follower
  const { ready, syncing } = StatusState.names
  const common = {
    ...zero(ConsensusStatus),
    latestTime: ZERO_TIME,
    version: PROTOCOL_VERSIONS.consensusProtocol,
    backend: BACKEND,
    features: FEATURES.services,
    genesisHeight: document.height,
    chainContext: chainContextOf(document),
  }
  if (latest === undefined) return { ...common, status: syncing }
  const { height, hash, time, stateRoot, size } = latest
  return {
    ...common,
    status: follower.isFollowing ? ready : syncing,
    latestHeight: height,
    latestHash: hash,
    latestTime: time,
    latestStateRoot: stateRoot,
    latestBlockSize: size,
    latestEpoch: await light.client.beacon.getEpoch(height),
  }
}

async function statusOf(parts: StatelessParts): Promise<Status> {
  const { facts, follower, p2p } = parts
  const { latest } = follower
  return {
    ...zero(Status),
    ...facts,
    consensus: await consensusStatus(parts),
    lightClient: {
      ...zero(LightClientStatus),
      latestTime: ZERO_TIME,
      oldestTime: ZERO_TIME,
      ...(latest && {
        latestHeight: latest.height,
        latestHash: latest.hash,
        latestTime: latest.time,
      }),
      peerIds: p2p.lightPeers,
    },
    registration: {
      ...zero(RegistrationStatus),
      lastAttempt: ZERO_TIME,
      lastRegistration: ZERO_TIME,
    },
    p2p: p2p.status,
  }
}

function ownAnswers(parts: StatelessParts): Readonly<Record<string, Answer>> {
  const { follower, shutdown } = parts
  const refuse = () => {
    throw controlErrors.notImplemented()
  }
  const untilSynced: Answer = async (_, { signal }) => {
    const over = new Promise<void>((resolve) => {
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([follower.synced, over])
  }
  // The reference says so for ever once it was; who is asked here may all be away since.
  const isSynced = () => follower.isFollowing
  return {
    'Consensus/GetStatus': () => consensusStatus(parts),
    'NodeController/GetStatus': () => statusOf(parts),
    'NodeController/WaitSync': untilSynced,
    'NodeController/WaitReady': untilSynced,
    'NodeController/IsSynced': isSynced,
    'NodeController/IsReady': isSynced,
    'NodeController/RequestShutdown': () => shutdown(),
    'NodeController/UpgradeBinary': refuse,
    'NodeController/CancelUpgrade': refuse,
    'NodeController/AddBundle': refuse,
  }
}

function methodsOf(parts: StatelessParts): Methods {
  const own = ownAnswers(parts)
  const believed = createNodeClient(parts.provider)
  const answerOf = (path: string): Answer => {
    const client = UNPROVED.has(path) ? believed : parts.light.client
    const ask = callerOf(client, path)
    return (
      own[path] ?? ((request, { signal }) => ask(request, signal === undefined ? {} : { signal }))
    )
  }
  const served = Object.entries(nodeCalls).filter(([path]) => !OF_RUNTIMES.test(path))
  return Object.fromEntries(
    served.map(([path, { request, response }]) => {
      return [path, { request, response, answer: answerOf(path) }]
    }),
  )
}

/** Tells verified blocks, as fast as they are taken. */
async function tellBlocks({ light }: StatelessParts, sink: Sink, signal: AbortSignal) {
  const { item } = streams[WATCH_BLOCKS]
  for await (const block of light.client.consensus.watchBlocks(undefined, { signal })) {
    if (signal.aborted || !sink.send(encode(item, block))) return
    await sink.drained()
  }
}

/** The calls of such a node, and the one stream whose items can be verified. */
export function createStatelessApi(parts: StatelessParts): NodeApi {
  return {
    methods: methodsOf(parts),
    debugMethods: {},
    debugStreams: {},
    topics: { [WATCH_BLOCKS]: streams[WATCH_BLOCKS] },
    watch: (_name, _request, sink) => {
      const life = new AbortController()
      tellBlocks(parts, sink, life.signal).catch((error: unknown) => {
        if (!life.signal.aborted) sink.fail(error)
      })
      return () => life.abort()
    },
    applied: () => undefined,
    changed: () => undefined,
  }
}
