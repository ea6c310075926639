/** What topics and protocols are called, and which nodes serve which. */

import { toHex } from '@wadi/base/bytes'
import type { PeersWanted } from '@wadi/contracts/runtime-network'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import { hasRole, type ROLES } from '@wadi/primitives/nodeRoles'
import { PROTOCOL_VERSIONS } from '@wadi/primitives/version'

/** What is said on a topic: transactions by everybody, or proposals by members of a committee. */
export type TopicKind = 'committee' | 'tx'

const major = (version: number) => `${version}.0.0`

/** A topic of a runtime. The chain context is 64 hexadecimal characters. */
export function topicOf(chainContext: string, kind: TopicKind, runtimeId: Namespace): string {
  const version = major(PROTOCOL_VERSIONS.runtimeCommitteeProtocol.major)
  return `oasis/${chainContext}/${kind}/${toHex(runtimeId)}/${version}`
}

/** A service of nodes: what it is called, and who has it. */
export interface ServiceName {
  readonly name: string
  readonly major: number
  /** Roles of which one is enough; undefined: every node has it. */
  readonly roles: readonly (keyof typeof ROLES)[] | undefined
  /** How many servers a client keeps connected. */
  readonly wanted: PeersWanted
}

const STORAGE = ['compute', 'observer', 'storage-rpc'] as const

/** The services of runtimes: one protocol for each runtime. */
export const RUNTIME_SERVICES = {
  txsync: { name: 'txsync', major: 2, roles: ['compute'], wanted: { registered: 20, total: 40 } },
  diffsync: { name: 'diffsync', major: 1, roles: STORAGE, wanted: { registered: 5, total: 10 } },
  checkpointsync: {
    name: 'checkpointsync',
    major: 1,
    roles: STORAGE,
    wanted: { registered: 5, total: 10 },
  },
  /** The two above in one, as older nodes ask. */
  storagesync: {
    name: 'storagesync',
    major: 2,
    roles: STORAGE,
    wanted: { registered: 5, total: 10 },
  },
  storagepub: {
    name: 'storagepub',
    major: 2,
    roles: ['storage-rpc'],
    wanted: { registered: 5, total: 10 },
  },
  keymanager: {
    name: 'keymanager',
    major: 2,
    roles: ['key-manager'],
    wanted: { registered: 5, total: 5 },
  },
} as const satisfies Record<string, ServiceName>

/** The service of the consensus layer: light blocks. */
export const LIGHT_SERVICE = {
  name: 'light',
  major: 1,
  roles: undefined,
  wanted: { registered: 5, total: 15 },
} as const satisfies ServiceName

/** The protocol of a service of the consensus layer. */
export function protocolOf(chainContext: string, service: ServiceName): string {
  return `/oasis/${chainContext}/${service.name}/${major(service.major)}`
}

/** The protocol of a service of one runtime. */
export function runtimeProtocolOf(
  chainContext: string,
  service: ServiceName,
  runtimeId: Namespace,
): string {
  return `/oasis/${chainContext}/${service.name}/${toHex(runtimeId)}/${major(service.major)}`
}

/** The protocol of seeds, the same on all chains. */
export const BOOTSTRAP_PROTOCOL = '/oasis/bootstrap/1.0.0'

/** What a node has to serve and to listen to by its descriptor. */
export interface Offer {
  readonly protocols: readonly string[]
  readonly topics: readonly string[]
}

/** See {@link Offer}. */
export function offerOf({ roles, runtimes }: Node, chainContext: string): Offer {
  const runtimeIds = (runtimes ?? []).flatMap((runtime) => runtime?.id ?? [])
  const protocols = Object.values<ServiceName>(RUNTIME_SERVICES)
    .filter((service) => service.roles?.some((role) => hasRole(roles, role)) ?? true)
    .flatMap((service) => runtimeIds.map((id) => runtimeProtocolOf(chainContext, service, id)))
  const kinds: readonly TopicKind[] = hasRole(roles, 'compute') ? ['committee', 'tx'] : []
  const topics = runtimeIds.flatMap((id) => kinds.map((kind) => topicOf(chainContext, kind, id)))
  return { protocols: [protocolOf(chainContext, LIGHT_SERVICE), ...protocols], topics }
}
