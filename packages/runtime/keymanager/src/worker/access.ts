/** Who may call which method of a key manager's enclave through its node. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError, definePlainErrors } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { Status } from '@wadi/consensus/keymanager'
import { RUNTIME_KINDS, type Runtime } from '@wadi/consensus/registry/runtime'
import { type Committee, CommitteeKind } from '@wadi/consensus/scheduler/committee'
import type { Namespace } from '@wadi/primitives/namespace'
import { type Node, TEE_HARDWARE } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { Frame, RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import { RPC_KINDS } from '@wadi/runtime-protocol/host-protocol/enclave'

/** Why a node does not hand a call on. COMPAT(oasis-core): the words have no code. */
export const errors = definePlainErrors('keymanager/access', {
  malformedFrame: 'malformed RPC frame',
  malformedRequest: 'malformed RPC request',
  unsupportedKind: 'unsupported RPC kind',
  unsupportedMethod: 'unsupported RPC method',
  mayNotConnect: 'not authorized to connect',
  notAuthorized: 'not authorized',
})

/** Without a session: the answers are no secrets. */
const INSECURE_METHODS: ReadonlySet<string> = new Set([
  'get_public_key',
  'get_public_ephemeral_key',
])
/** For nodes that run a runtime, and for other key managers. */
const QUERY_METHODS: ReadonlySet<string> = new Set([
  'get_or_create_keys',
  'get_or_create_ephemeral_keys',
])
const REPLICATE_METHODS: ReadonlySet<string> = new Set([
  'replicate_master_secret',
  'replicate_ephemeral_secret',
])
/** COMPAT(oasis-core): frames of a handshake name no method. */
const CONNECT = ''

/** The runtimes for which nodes work, by the keys of the nodes in the network, in hexadecimal. */
export type AccessList = ReadonlyMap<string, ReadonlySet<string>>

/** What the registry and the scheduler know. */
export interface AccessSources {
  readonly keyManagerId: Namespace
  readonly nodes: readonly Node[]
  readonly runtimes: readonly Runtime[]
  /** The committees of the runtimes that have this key manager. */
  readonly committees: readonly Committee[]
}

/** The runtimes whose keys this key manager has. */
export function clientRuntimes({ keyManagerId, runtimes }: AccessSources): readonly Runtime[] {
  return runtimes.filter(
    ({ kind, keyManager }) =>
      kind === RUNTIME_KINDS.compute &&
      keyManager !== undefined &&
      equalBytes(keyManager, keyManagerId),
  )
}

/** Key managers of the same kind; observers of the runtimes, and members of their committees. */
export function accessListOf(sources: AccessSources): AccessList {
  const { keyManagerId, nodes, committees } = sources
  const list = new Map<string, Set<string>>()
  const admit = ({ p2p }: Node, runtimeId: Namespace) => {
    const peer = toHex(p2p.id)
    list.set(peer, (list.get(peer) ?? new Set()).add(toHex(runtimeId)))
  }
  for (const node of nodes)
    if (hasRole(node.roles, 'key-manager') && runs(node, keyManagerId)) admit(node, keyManagerId)
  for (const { id } of clientRuntimes(sources)) {
    const members = membersOf(committees, id)
    for (const node of nodes) {
      const isObserver = hasRole(node.roles, 'observer') && runs(node, id)
      if (isObserver || members.has(toHex(node.id))) admit(node, id)
    }
  }
  return list
}

function runs({ runtimes }: Node, id: Namespace): boolean {
  return (runtimes ?? []).some((runtime) => runtime !== undefined && equalBytes(runtime.id, id))
}

function membersOf(committees: readonly Committee[], id: Namespace): ReadonlySet<string> {
  const executors = committees.filter(
    ({ kind, runtimeId }) => kind === CommitteeKind.names.executor && equalBytes(runtimeId, id),
  )
  const members = executors.flatMap((committee) => committee.members ?? [])
  return new Set(members.flatMap((member) => (member === undefined ? [] : toHex(member.publicKey))))
}

/** What a node knows when somebody calls. */
export interface AccessRules {
  readonly keyManagerId: Namespace
  /** It is registered, and answers. */
  readonly isReady: boolean
  readonly status: Status | undefined
  /** Of the key manager's descriptor. */
  readonly teeHardware: number
  readonly list: AccessList
  /** Who may always, in hexadecimal. */
  readonly privatePeers: ReadonlySet<string>
}

/** The method that a call is for, as far as those between the enclaves are told. */
export function methodOf(kind: number, data: Uint8Array): string {
  switch (kind) {
    case RPC_KINDS.noiseSession:
      // That it is true is for the enclave to check.
      return read(() => decode(Frame, data).untrustedPlaintext, errors.malformedFrame)
    case RPC_KINDS.insecureQuery:
      return read(() => decode(RpcRequest, data).method, errors.malformedRequest)
    default:
      // What is for the enclave's own node is not for others.
      throw errors.unsupportedKind()
  }
}

function read<T>(decoded: () => T, malformed: () => CodedError): T {
  try {
    return decoded()
  } catch (error) {
    if (error instanceof CodedError) throw malformed()
    throw error
  }
}

/** Refuses calls that the enclave is not to see. */
export function checkAccess(
  rules: AccessRules,
  { kind, data }: { readonly kind: number; readonly data: Uint8Array },
  peer: PublicKey,
): void {
  const method = methodOf(kind, data)
  const name = toHex(peer)
  if (kind === RPC_KINDS.noiseSession && method === CONNECT) {
    if (!mayConnect(rules, name)) throw errors.mayNotConnect()
    return
  }
  const isInsecure = INSECURE_METHODS.has(method)
  const isQuery = QUERY_METHODS.has(method)
  if (!isInsecure && !isQuery && !REPLICATE_METHODS.has(method)) throw errors.unsupportedMethod()
  if (!rules.isReady || rules.status === undefined) throw errors.notAuthorized('not initialized')
  if (isInsecure !== (kind === RPC_KINDS.insecureQuery))
    throw errors.notAuthorized(`unsupported method: ${method}`)
  if (isInsecure || rules.privatePeers.has(name)) return
  const why = isQuery ? whyNoQuery(rules, name) : whyNoReplica(rules, name)
  if (why !== undefined) throw errors.notAuthorized(why)
}

/** Whoever may call one of the methods at least. */
function mayConnect(rules: AccessRules, peer: string): boolean {
  if (!rules.isReady || rules.status === undefined) return false
  if (rules.privatePeers.has(peer)) return true
  return whyNoQuery(rules, peer) === undefined || whyNoReplica(rules, peer) === undefined
}

function whyNoReplica({ keyManagerId, list }: AccessRules, peer: string): string | undefined {
  return list.get(peer)?.has(toHex(keyManagerId)) ? undefined : 'not a key manager'
}

function whyNoQuery({ teeHardware, status, list }: AccessRules, peer: string): string | undefined {
  switch (teeHardware) {
    case TEE_HARDWARE.invalid:
      // What guards nothing may be asked by everybody.
      return status?.isSecure === true ? 'untrusted hardware' : undefined
    case TEE_HARDWARE.intelSgx: {
      if (status?.policy === undefined) return 'policy not set'
      const enclaves = [...(status.policy.policy.enclaves ?? [])]
      const allowed = enclaves.flatMap(([, policy]) => [...(policy?.mayQuery ?? [])])
      const mine = list.get(peer)
      const isAllowed = allowed.some(([runtimeId]) => mine?.has(toHex(runtimeId)))
      return isAllowed ? undefined : 'query not allowed'
    }
    default:
      return `unsupported hardware: ${teeHardware}`
  }
}
