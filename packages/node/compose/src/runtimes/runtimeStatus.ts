/** What a node says of one of its runtimes. */

import { equalBytes } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import {
  CommitteeState,
  CommitteeStatus,
  ComponentStatus,
  ExecutorState,
  LivenessStatus,
  RuntimeStatus,
} from '@wadi/consensus/control/runtimeStatus'
import type { RuntimeState } from '@wadi/consensus/roothash'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Version } from '@wadi/primitives/version'
import { hashOfHeader, stateRootOf } from '@wadi/runtime-protocol/block'
import { COMPONENT_KINDS } from '@wadi/runtime-protocol/bundle/manifest'
import { membersOf, schedulerRank } from '@wadi/runtime-protocol/committee'
import { LATEST_ROUND } from '@wadi/workers/round-history'
import type { RuntimeWorker } from '@wadi/workers/runtime-worker'

/** What a status is made of. */
export interface StatusParts {
  /** Of the last block of the consensus layer; undefined if there is none yet. */
  readonly state: RuntimeState | undefined
  readonly worker: Pick<RuntimeWorker, 'history' | 'store' | 'indexer' | 'shell'>
  /** The node's own key. */
  readonly node: PublicKey
  readonly activeVersion: Version | undefined
  /** Does its program run? Undefined where there is none. */
  readonly runs: boolean | undefined
  readonly hasKeys: boolean
  readonly versions: readonly Version[]
  /** Who runs it, too, and is connected. */
  readonly peers: readonly string[]
  readonly provisioner: string
}

/** COMPAT(oasis-core): the rank of a node that may not schedule. */
const NO_RANK = 2n ** 64n - 1n

/** Everything that is known now. */
export function runtimeStatusOf(parts: StatusParts): RuntimeStatus {
  const { state, worker, runs, versions, provisioner } = parts
  const { history, store, indexer } = worker
  const latest = state?.lastBlock?.header
  const genesis = state?.genesisBlock?.header
  const { earliestRound = 0n } = history
  const { earliestRound: stored = 0n } = store
  const oldest = history.committedBlock(stored > earliestRound ? stored : earliestRound)
  const retained = oldest?.block.header
  const { ready, 'waiting for runtime readiness': waiting } = ExecutorState.names
  const root = latest && stateRootOf(latest)
  return make(RuntimeStatus, {
    descriptor: state?.runtime,
    ...(latest &&
      root && {
        latestRound: latest.round,
        latestHash: hashOfHeader(latest),
        latestTime: latest.timestamp,
        latestStateRoot: {
          ns: latest.namespace,
          version: root.version,
          rootType: root.type,
          hash: latest.stateRoot,
        },
      }),
    ...(genesis && { genesisRound: genesis.round, genesisHash: hashOfHeader(genesis) }),
    ...(retained && {
      lastRetainedRound: retained.round,
      lastRetainedHash: hashOfHeader(retained),
    }),
    committee: committeeStatus(parts),
    executor: runs === undefined ? undefined : { status: runs ? ready : waiting },
    storage: {
      status: history.isReady ? 'syncing rounds' : 'initializing',
      lastFinalizedRound: store.lastRound ?? 0n,
    },
    indexer: indexer.status,
    provisioner,
    components: versions.map((version) =>
      make(ComponentStatus, { kind: COMPONENT_KINDS.onChain, version }),
    ),
  })
}

function committeeStatus(parts: StatusParts): CommitteeStatus {
  const { state, worker, node, activeVersion, versions, peers } = parts
  const { committee } = state ?? {}
  const block = worker.history.committedBlock(LATEST_ROUND)
  const round = block?.block.header.round ?? 0n
  const own = committee === undefined ? [] : placesOf(committee, node)
  return make(CommitteeStatus, {
    status: stateOf(parts),
    activeVersion,
    latestRound: round,
    latestHeight: block?.consensusHeight ?? 0n,
    executorRoles: own.map(({ role }) => role),
    schedulerRank: (committee && schedulerRank(committee, round + 1n, node)) ?? NO_RANK,
    liveness: livenessOf(state, own),
    peers,
    host: { versions },
  })
}

/** What is missing first. */
function stateOf({ state, worker, runs, hasKeys }: StatusParts): CommitteeState {
  const { names } = CommitteeState
  if (state === undefined) return names['waiting for consensus sync']
  if (state.runtime === undefined) return names['waiting for runtime registry descriptor']
  if (!worker.history.isReady) return names['waiting for history reindex']
  if (state.suspended) return names['runtime suspended']
  if (!hasKeys) return names['waiting for available keymanager']
  return runs === false ? names['waiting for hosted runtime provision'] : names.ready
}

interface OwnPlace {
  readonly index: number
  readonly role: number
}

function placesOf(
  committee: NonNullable<RuntimeState['committee']>,
  node: PublicKey,
): readonly OwnPlace[] {
  return membersOf(committee).flatMap(({ publicKey, role }, index) =>
    equalBytes(publicKey, node) ? [{ index, role }] : [],
  )
}

function livenessOf(
  state: RuntimeState | undefined,
  own: readonly OwnPlace[],
): LivenessStatus | undefined {
  const counted = state?.livenessStats
  if (counted === undefined || own.length === 0) return undefined
  const sum = (counts: readonly bigint[] | undefined) =>
    own.reduce((total, { index }) => total + (counts?.[index] ?? 0n), 0n)
  return make(LivenessStatus, {
    totalRounds: counted.totalRounds,
    liveRounds: sum(counted.goodRounds),
    finalizedProposals: sum(counted.finalizedProposals),
    missedProposals: sum(counted.missedProposals),
  })
}
