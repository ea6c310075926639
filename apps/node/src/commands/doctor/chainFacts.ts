/** What the state says of a node. */

import { equalBytes, toBase64 } from '@wadi/base/bytes'
import { BACKENDS } from '@wadi/consensus/beacon'
import { calls as beaconCalls } from '@wadi/consensus/beacon/api'
import type { RegistrationStatus, Status } from '@wadi/consensus/control'
import { calls as governanceCalls } from '@wadi/consensus/governance/api'
import { NodeStatus } from '@wadi/consensus/registry'
import { calls as registryCalls } from '@wadi/consensus/registry/api'
import { calls as stakingCalls } from '@wadi/consensus/staking/api'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import { ROLES } from '@wadi/primitives/nodeRoles'
import type { PublicKey } from '@wadi/primitives/publicKey'
import type { Version } from '@wadi/primitives/version'
import type { AskedNode } from '../connection/nodeConnection.ts'
import { orNothing } from './absent.ts'
import { gatherElection } from './electionFacts.ts'
import type { ChainFacts, OwnerFacts, RegistrationFacts, UpgradeFacts } from './facts.ts'
import type { KnownSettings } from './gatherFacts.ts'
import { gatherKeeper, gatherRuntimes } from './gatherRuntimes.ts'

const LAST = 0n
/** Nodes of the reference tell of their registration in these modes too. */
const MODES_WITHOUT_REGISTRATION = ['client', 'archive', 'seed']

/** See the top of this file; undefined before there is a state. */
export async function gatherChain(
  node: AskedNode,
  status: Status,
  settings: KnownSettings | undefined,
): Promise<ChainFacts | undefined> {
  const spoken = status.consensus?.version
  if (spoken === undefined || (status.consensus?.latestHeight ?? 0n) === 0n) return undefined
  const epoch = await node.ask(beaconCalls, 'Beacon/GetEpoch', LAST)
  const { backend } = await node.ask(beaconCalls, 'Beacon/ConsensusParameters', LAST)
  const symbol = await node.ask(stakingCalls, 'Staking/TokenSymbol', LAST)
  const exponent = await node.ask(stakingCalls, 'Staking/TokenValueExponent', LAST)
  const { registration } = status
  const id = status.identity.node
  const isRegistering = registration !== undefined && isToRegister(status, settings)
  const asked = { id, registration, settings }
  const owner = isRegistering ? await ownerOf(node, { ...asked, registration }) : undefined
  const runtimesAsked = { status, owner, epoch }
  const base = {
    epoch,
    token: { symbol, exponent },
    upgrades: await upgradesOf(node, status, spoken),
    runtimes: await gatherRuntimes(node, runtimesAsked),
    keeper: await gatherKeeper(node, runtimesAsked),
  }
  if (!isRegistering) return { ...base, registration: undefined, election: undefined }
  const election = await gatherElection(node, {
    id,
    owner,
    roles: rolesOf(status, settings),
    runtimes: [...status.runtimes.keys(), ...keptBy(status)],
    usesProofs: backend === BACKENDS.vrf,
  })
  return {
    ...base,
    registration: await registrationOf(node, { id, registration, owner, settings }),
    election,
  }
}

/** The runtime whose secrets the node keeps, if it keeps some. */
function keptBy({ keymanager }: Status): readonly Namespace[] {
  return keymanager?.runtimeId === undefined ? [] : [keymanager.runtimeId]
}

/** What a node is in its modes that serve runtimes. */
const ROLES_OF_MODES: Readonly<Record<string, number>> = {
  compute: ROLES.compute,
  observer: ROLES.observer,
  keymanager: ROLES['key-manager'],
}

/** The roles that a node is registered with, or wants to be. */
function rolesOf({ mode, registration }: Status, settings: KnownSettings | undefined): number {
  const { descriptor } = registration ?? {}
  const isValidator = mode === 'validator' || settings?.isValidator === true
  const wanted = (ROLES_OF_MODES[mode] ?? 0) | (isValidator ? ROLES.validator : 0)
  return wanted | (descriptor?.roles ?? 0)
}

function isToRegister(
  { mode, registration }: Status,
  settings: KnownSettings | undefined,
): boolean {
  if (registration?.descriptor !== undefined || settings?.isValidator === true) return true
  return !MODES_WITHOUT_REGISTRATION.includes(mode)
}

async function upgradesOf(
  node: AskedNode,
  { pendingUpgrades = [] }: Status,
  spoken: Version,
): Promise<readonly UpgradeFacts[]> {
  const decided = await node.ask(governanceCalls, 'Governance/PendingUpgrades', LAST)
  const all = [...pendingUpgrades.map(({ descriptor }) => descriptor), ...(decided ?? [])]
  const byHandler = new Map(
    all.map(({ handler, epoch, target }) => [
      `${handler} ${epoch}`,
      { handler, epoch, needed: target.consensusProtocol, spoken },
    ]),
  )
  return [...byHandler.values()]
}

interface Asked {
  readonly id: PublicKey
  readonly registration: RegistrationStatus
  readonly settings: KnownSettings | undefined
}

/** Who owns the node, as far as anybody can say. */
async function ownerOf(
  node: AskedNode,
  { id, registration: { descriptor }, settings }: Asked,
): Promise<PublicKey | undefined> {
  const told = settings?.owner ?? descriptor?.entityId
  if (told !== undefined) return told
  const entities = await node.ask(registryCalls, 'Registry/GetEntities', LAST)
  return entities?.find(({ nodes }) => nodes?.some((one) => equalBytes(one, id)))?.id
}

async function registrationOf(
  node: AskedNode,
  { id, registration, settings, owner }: Asked & { readonly owner: PublicKey | undefined },
): Promise<RegistrationFacts> {
  const query = { height: LAST, id }
  const current = await orNothing(node.ask(registryCalls, 'Registry/GetNode', query))
  const standing = await orNothing(node.ask(registryCalls, 'Registry/GetNodeStatus', query))
  const { freezeEndTime, electionEligibleAfter } = standing ?? NodeStatus.zero
  return {
    nodeId: toBase64(id),
    owner: await ownerFacts(node, { id, owner, isConfigured: settings !== undefined }),
    expiration: current?.expiration,
    isKnown: standing !== undefined,
    lastError: registration.lastAttemptErrorMessage,
    frozenUntil: freezeEndTime,
    eligibleAfter: electionEligibleAfter,
  }
}

interface Owned {
  readonly id: Node['id']
  readonly owner: PublicKey | undefined
  readonly isConfigured: boolean
}

async function ownerFacts(
  node: AskedNode,
  { id, owner, isConfigured }: Owned,
): Promise<OwnerFacts> {
  if (owner === undefined) return { kind: isConfigured ? 'not configured' : 'unknown' }
  const query = { height: LAST, id: owner }
  const entity = await orNothing(node.ask(registryCalls, 'Registry/GetEntity', query))
  return {
    kind: 'known',
    id: toBase64(owner),
    isRegistered: entity !== undefined,
    vouches: entity?.nodes?.some((one) => equalBytes(one, id)) === true,
  }
}
