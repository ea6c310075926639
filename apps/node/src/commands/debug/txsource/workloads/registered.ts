/** Descriptors of nodes and of a runtime of which nobody runs any. */

import { parseHex } from '@wadi/base/bytes'
import type { RandomSource } from '@wadi/base/random'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import {
  AdmissionPolicy,
  ExecutorParameters,
  RUNTIME_KINDS,
  RUNTIME_VERSION,
  Runtime,
  RuntimeGovernanceModel,
  SchedulingConstraints,
  TxnSchedulerParameters,
  VersionInfo,
} from '@wadi/consensus/registry/runtime'
import { CommitteeKind, CommitteeRole } from '@wadi/consensus/scheduler/committee'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Signer } from '@wadi/crypto/signature/signer'
import { multiSignValue } from '@wadi/primitives/envelope'
import type { Epoch } from '@wadi/primitives/epoch'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { type MultiSignedNode, NODE_VERSION, Node, NodeRuntime } from '@wadi/primitives/node'
import { parseNodeAddress } from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { PublicKey } from '@wadi/primitives/publicKey'
import { drawOne, drawSigner } from '../randomChoice.ts'

/** The runtime that the nodes say they run. */
export const WORKLOAD_RUNTIME: Namespace = Namespace.check(parseHex('02'.padStart(64, '0')))

const NANOSECONDS = 1_000_000_000n
/** Nobody listens there. */
const ADDRESS = '127.0.0.1:12345'
/** Validators that are not there would stop the network. */
const NODE_ROLES = [ROLES.compute, ROLES.observer] as const

/** The keys of a node. */
interface NodeKeys {
  readonly node: Signer
  readonly p2p: Signer
  readonly consensus: Signer
  readonly tls: Signer
  readonly vrf: Signer
}

/** A node as it is registered from time to time. */
export interface OwnedNode {
  readonly signers: NodeKeys
  readonly descriptor: Node
  /** Of the last registration. */
  expiration?: Epoch | undefined
}

const idOf = ({ publicKey }: Signer) => PublicKey.check(publicKey)

/** A node of an entity, with new keys. */
export function drawNode(random: RandomSource, entityId: PublicKey): OwnedNode {
  const [node, p2p, consensus] = (['node', 'p2p', 'consensus'] as const).map((role) =>
    drawSigner(random, role),
  ) as [Signer, Signer, Signer]
  const [tls, vrf] = [drawSigner(random, 'node'), drawSigner(random, 'vrf')]
  const address = parseNodeAddress(ADDRESS)
  const descriptor = make(Node, {
    v: NODE_VERSION,
    id: idOf(node),
    entityId,
    tls: { pubKey: idOf(tls) },
    p2p: { id: idOf(p2p), addresses: [address] },
    consensus: { id: idOf(consensus), addresses: [{ id: idOf(p2p), address }] },
    vrf: { id: idOf(vrf) },
    runtimes: [make(NodeRuntime, { id: WORKLOAD_RUNTIME })],
    roles: drawOne(random, NODE_ROLES),
  })
  return { signers: { node, p2p, consensus, tls, vrf }, descriptor }
}

/** The descriptor with the signatures of all keys of the node. */
export function signNode({ signers }: OwnedNode, descriptor: Node): MultiSignedNode {
  const { node, p2p, consensus, tls, vrf } = signers
  const context = contextOf(contexts.registerNode)
  return multiSignValue([node, p2p, consensus, tls, vrf], context, Node, descriptor)
}

/** A runtime for any node, of which the first version runs from an epoch on. */
export function runtimeDescriptor(entityId: PublicKey, validFrom: Epoch): Runtime {
  const constraints = keyedMap(CommitteeRole, [
    [
      CommitteeRole.names.worker,
      make(SchedulingConstraints, { minPoolSize: { limit: 1 } }),
    ] as const,
  ])
  return make(Runtime, {
    v: RUNTIME_VERSION,
    id: WORKLOAD_RUNTIME,
    entityId,
    genesis: { stateRoot: EMPTY_HASH, round: 0n },
    kind: RUNTIME_KINDS.compute,
    executor: make(ExecutorParameters, { groupSize: 1, roundTimeout: 5n, maxMessages: 32 }),
    txnScheduler: make(TxnSchedulerParameters, {
      batchFlushTimeout: NANOSECONDS,
      maxBatchSize: 1n,
      maxBatchSizeBytes: 1_024n,
      proposeBatchTimeout: 2n * NANOSECONDS,
    }),
    admissionPolicy: make(AdmissionPolicy, { anyNode: {} }),
    constraints: keyedMap(CommitteeKind, [[CommitteeKind.names.executor, constraints] as const]),
    governanceModel: RuntimeGovernanceModel.names.entity,
    deployments: [make(VersionInfo, { validFrom })],
  })
}
