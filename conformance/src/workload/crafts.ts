/** Bodies that nothing random would ever be: those of which one part has to fit another. */

import { equalBytes } from '@wadi/base/bytes'
import { encode, make, zero } from '@wadi/cbor/codec'
import type { AnySchema } from '@wadi/cbor/schema'
import { ProposalContent, Vote } from '@wadi/consensus/governance'
import * as governanceKeys from '@wadi/consensus/governance/keys'
import { CastVote } from '@wadi/consensus/governance/methods'
import { ParameterChanges as GovernanceChanges } from '@wadi/consensus/governance/parameterChanges'
import { ParameterChanges as RegistryChanges } from '@wadi/consensus/registry/parameterChanges'
import { ParameterChanges as RoothashChanges } from '@wadi/consensus/roothash/parameterChanges'
import { ParameterChanges as SchedulerChanges } from '@wadi/consensus/scheduler/parameterChanges'
import { Delegation } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { ReclaimEscrow, Withdraw } from '@wadi/consensus/staking/methods'
import { ParameterChanges as StakingChanges } from '@wadi/consensus/staking/parameterChanges'
import { Action, type Authority, type Vault } from '@wadi/consensus/vault'
import * as vaultKeys from '@wadi/consensus/vault/keys'
import { AuthorizeAction, CancelAction, Create } from '@wadi/consensus/vault/methods'
import { ParameterChanges as VaultChanges } from '@wadi/consensus/vault/parameterChanges'
import { entriesOf, read } from '@wadi/consensus-services/kernel/state'
import { stakingAddress } from '@wadi/primitives/address'
import { Entity, SignedEntity } from '@wadi/primitives/entity'
import { MultiSignedNode, Node } from '@wadi/primitives/node'
import { quantity } from '@wadi/primitives/quantity'
import { anyValue, happens, mixedValue, pick } from './anyValue.ts'
import { signatureOf } from './belief.ts'
import type { Call, Sources } from './calls.ts'
import { craftedEquivocation, craftedRound } from './craftedRound.ts'

/** A body, and whose call it is if it is not anybody's. */
export type Crafted = Pick<Call, 'body'> & Partial<Pick<Call, 'signer'>>

/** Makes a body from what is known; undefined if there is nothing to make it from. */
export type Craft = (sources: Sources, anyCall: () => Call | undefined) => Crafted | undefined

/** A node's descriptor under the signatures of all its keys. */
const registerNode: Craft = (sources) => {
  const node = mixedValue(Node, pick(sources.actors.nodes, sources.random), sources)
  const keys = [node.id, node.p2p.id, node.consensus.id, node.vrf.id, node.tls.pubKey]
  const signed = { untrustedRawValue: encode(Node, node), signatures: keys.map(signatureOf) }
  return { body: encode(MultiSignedNode, signed), signer: node.id }
}

const registerEntity: Craft = (sources) => {
  const entity = mixedValue(Entity, pick(sources.actors.entities, sources.random), sources)
  const untrustedRawValue = encode(Entity, entity)
  const signed = { untrustedRawValue, signature: signatureOf(entity.id) }
  return { body: encode(SignedEntity, signed), signer: entity.id }
}

const CHANGES: Readonly<Record<string, AnySchema>> = {
  governance: GovernanceChanges,
  registry: RegistryChanges,
  roothash: RoothashChanges,
  scheduler: SchedulerChanges,
  staking: StakingChanges,
  vault: VaultChanges,
}

const submitProposal: Craft = (sources) => {
  const module = pick(Object.keys(CHANGES), sources.random)!
  const schema = CHANGES[module]!
  const changes = encode(schema, mixedValue(schema, schema.zero, sources))
  const content = make(ProposalContent, { changeParameters: { module, changes } })
  return { body: encode(ProposalContent, content) }
}

/** Few who decide, so that they agree now and then. */
const createVault: Craft = ({ actors, random }) => {
  const authority = (): Authority => {
    const keys = [pick(actors.signers, random), pick(actors.signers, random)]
    const addresses = keys.flatMap((key) => (key === undefined ? [] : [stakingAddress(key)]))
    return { addresses, threshold: happens(2, random) ? 1 : 2 }
  }
  const authorities = { adminAuthority: authority(), suspendAuthority: authority() }
  return { body: encode(Create, authorities) }
}

const authorizeAction: Craft = (sources, anyCall) => {
  const { state, random } = sources
  const [address, vault] = pick([...entriesOf(state, vaultKeys.vaults)], random) ?? []
  const call = anyCall()
  if (address === undefined || vault === undefined || call === undefined) return undefined
  const any = anyValue(Action, sources)
  const [kind, part] = pick(Object.entries(any), random)!
  const executeMsg = { method: call.method, body: call.body }
  const action = make(Action, happens(2, random) ? { executeMsg } : { [kind]: part })
  const vote = { vault: address[0], nonce: vault.nonce, action }
  return { body: encode(AuthorizeAction, vote), ...decider(vault, sources) }
}

/** One of those who decide about a vault, if his key is known. */
function decider({ adminAuthority: { addresses = [] } }: Vault, { actors, random }: Sources) {
  const address = pick(addresses, random)
  const signer = address && actors.signers.find((key) => equalBytes(stakingAddress(key), address))
  return signer === undefined ? {} : { signer }
}

const cancelAction: Craft = (sources) => {
  const { state, random } = sources
  const [key] = pick([...entriesOf(state, vaultKeys.pendingActions)], random) ?? []
  if (key === undefined) return undefined
  const [vault, nonce] = key
  const known = read(state, vaultKeys.vaults, vault)
  return { body: encode(CancelAction, { vault, nonce }), ...(known && decider(known, sources)) }
}

const castVote: Craft = ({ state, actors, random }) => {
  const [key] = pick([...entriesOf(state, governanceKeys.activeProposals)], random) ?? []
  const signer = pick(actors.entities, random)?.id
  if (key === undefined || signer === undefined) return undefined
  const { yes, no, abstain } = Vote.names
  const vote = pick([yes, yes, yes, no, abstain], random)!
  return { body: encode(CastVote, { id: key[1], vote }), signer }
}

/** Takes what somebody is allowed to take. */
const withdraw: Craft = ({ state, actors, random }) => {
  const allowed = [...entriesOf(state, stakingKeys.accounts)].flatMap(([[from], { general }]) =>
    [...general.allowances].map(([to, amount]) => ({ from, to, amount })),
  )
  const { from, to, amount } = pick(allowed, random) ?? {}
  const signer = actors.signers.find((key) => to && equalBytes(stakingAddress(key), to))
  if (from === undefined || amount === undefined || signer === undefined) return undefined
  const part = happens(2, random) ? amount : quantity(amount / 2n)
  return { body: encode(Withdraw, { from, amount: part }), signer }
}

/** Takes back some shares, or all. */
const reclaimEscrow: Craft = ({ state, actors, random }) => {
  const owned = [...entriesOf(state, stakingKeys.delegations)]
  const [[account, owner], { shares }] = pick(owned, random) ?? [[], zero(Delegation)]
  const signer = actors.signers.find((key) => owner && equalBytes(stakingAddress(key), owner))
  if (account === undefined || signer === undefined) return undefined
  const part = happens(4, random) ? shares : quantity(shares / 3n)
  return { body: encode(ReclaimEscrow, { account, shares: part }), signer }
}

/** Crafts by method. */
export const crafts: Readonly<Record<string, Craft>> = {
  'registry.RegisterNode': registerNode,
  'registry.RegisterEntity': registerEntity,
  'roothash.Evidence': craftedEquivocation,
  'roothash.ExecutorCommit': craftedRound,
  'governance.SubmitProposal': submitProposal,
  'vault.Create': createVault,
  'governance.CastVote': castVote,
  'staking.ReclaimEscrow': reclaimEscrow,
  'staking.Withdraw': withdraw,
  'vault.AuthorizeAction': authorizeAction,
  'vault.CancelAction': cancelAction,
}
