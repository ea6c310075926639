/** What a transaction asks for, in the reference's words. Each function gives lines. */

import { toBase64 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, type Infer } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { toIndentedJson } from '@wadi/cbor/json'
import type { AnySchema, Schema } from '@wadi/cbor/schema'
import { nilable, struct } from '@wadi/cbor/struct'
import {
  type ChangeParametersProposal,
  type ProposalContent,
  Vote,
} from '@wadi/consensus/governance'
import { bodyOfMethod, type methodBodies } from '@wadi/consensus/methods'
import type { UpgradeDescriptor } from '@wadi/consensus/upgrade'
import type { Action, Authority } from '@wadi/consensus/vault'
import { printAddress } from '@wadi/primitives/address'
import { Entity } from '@wadi/primitives/entity'
import { Node } from '@wadi/primitives/node'
import { type MultiSigned, Signature, type Signed } from '@wadi/primitives/signed'
import type { Version } from '@wadi/primitives/version'
import { amountText, type TokenTerms } from './amounts.ts'
import { describeChanges } from './describeChanges.ts'
import { describeSchedule } from './describeSchedule.ts'
import { indented, oneLine } from './lines.ts'

type Lines = readonly string[]

/** COMPAT(oasis-core): has a body for the reference, although nobody looks at it. */
const Nothing = struct({})
const BODILESS = 'registry.DeregisterEntity'

/** What stands in the place of something that cannot be read. */
function malformedLines(error: unknown, bytes: Uint8Array): Lines {
  if (!(error instanceof CodedError)) throw error
  return [`<error: ${error.message}>`, `<malformed: ${toBase64(bytes)}>`]
}

/** How the bodies of some methods are shown; all others as JSON. */
type Describers = {
  readonly [M in keyof typeof methodBodies]?: (
    body: Infer<(typeof methodBodies)[M]>,
    terms: TokenTerms,
  ) => Lines
}

function jsonLines<T>(schema: Schema<T>, value: T): Lines {
  return toIndentedJson(schema, value).split('\n')
}

/** What was signed, in the place of its bytes. */
function openedLines<T>(
  schema: Schema<T>,
  blob: Uint8Array | undefined,
  print: (value: T) => Lines,
) {
  try {
    return print(decode(schema, blob))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return [`<error: malformed signed blob: ${error.message}>`]
  }
}

const OpenedEntity = struct({ untrustedRawValue: Entity, signature: Signature })
const OpenedNode = struct({ untrustedRawValue: Node, signatures: nilable(list(Signature)) })

function entityLines({ untrustedRawValue, signature }: Signed): Lines {
  return openedLines(Entity, untrustedRawValue, (entity) =>
    jsonLines(OpenedEntity, { untrustedRawValue: entity, signature }),
  )
}

function nodeLines({ untrustedRawValue, signatures }: MultiSigned): Lines {
  return openedLines(Node, untrustedRawValue, (node) =>
    jsonLines(OpenedNode, { untrustedRawValue: node, signatures }),
  )
}

const versionText = ({ major, minor, patch }: Version): string => `${major}.${minor}.${patch}`

function upgradeLines({ handler, target, epoch }: UpgradeDescriptor): Lines {
  return [
    `Handler: ${oneLine(handler)}`,
    'Target Version:',
    `  Consensus Protocol: ${versionText(target.consensusProtocol)}`,
    `  Runtime Host Protocol: ${versionText(target.runtimeHostProtocol)}`,
    `  Runtime Committee Protocol: ${versionText(target.runtimeCommitteeProtocol)}`,
    `Epoch: ${epoch}`,
  ]
}

function titleLines({ title, description }: { title: string; description: string }): Lines {
  return [
    ...(title === '' ? [] : [`Title: ${oneLine(title)}`]),
    ...(description === '' ? [] : ['Description:', description]),
  ]
}

function changesLines({ module, changes }: ChangeParametersProposal): Lines {
  try {
    // COMPAT(oasis-core): with a blank at the end of the second line.
    return [`Module: ${oneLine(module)}`, 'Changes: ', ...describeChanges(changes)]
  } catch (error) {
    return indented(malformedLines(error, changes))
  }
}

function proposalLines(content: ProposalContent): Lines {
  const { metadata, upgrade, cancelUpgrade, changeParameters } = content
  const lines: string[] = []
  if (metadata !== undefined) lines.push(...titleLines(metadata))
  if (upgrade !== undefined) lines.push('Upgrade:', ...indented(upgradeLines(upgrade)))
  if (cancelUpgrade !== undefined)
    lines.push('Cancel Upgrade:', `  Proposal ID: ${cancelUpgrade.proposalId}`)
  if (changeParameters !== undefined) {
    lines.push('Change Parameters:', ...indented(changesLines(changeParameters)))
  }
  return lines
}

function authorityLines({ addresses, threshold }: Authority): Lines {
  const members = (addresses ?? []).map((address) => `  - ${printAddress(address)}`)
  return ['Addresses:', ...members, `Threshold: ${threshold}`]
}

function under(title: string, lines: Lines | undefined): Lines {
  return lines === undefined ? [] : [title, ...indented(lines)]
}

function policyLines(
  { limitAmount, limitInterval }: NonNullable<Action['updateWithdrawPolicy']>['policy'],
  terms: TokenTerms,
): Lines {
  const isOff = limitAmount === 0n || limitInterval === 0n
  const limit = `${amountText(limitAmount, terms)} / ${limitInterval} block(s)`
  return [`Limit: ${isOff ? 'not allowed' : limit}`]
}

function actionLines(action: Action, terms: TokenTerms): Lines {
  const { executeMsg, updateWithdrawPolicy, updateAuthority } = action
  const message = executeMsg && [
    `Method: ${oneLine(executeMsg.method)}`,
    'Body:',
    ...indented(describeBody(executeMsg.method, executeMsg.body, terms)),
  ]
  const policy = updateWithdrawPolicy && [
    `Address: ${printAddress(updateWithdrawPolicy.address)}`,
    'Policy:',
    ...indented(policyLines(updateWithdrawPolicy.policy, terms)),
  ]
  const { adminAuthority, suspendAuthority } = updateAuthority ?? {}
  const authorities = updateAuthority && [
    ...under('New admin authority:', adminAuthority && authorityLines(adminAuthority)),
    ...under('New suspend authority:', suspendAuthority && authorityLines(suspendAuthority)),
  ]
  return [
    ...(action.suspend === undefined ? [] : ['Suspend vault']),
    ...(action.resume === undefined ? [] : ['Resume vault']),
    ...under('Execute message:', message),
    ...under('Update withdraw policy:', policy),
    ...under('Update authority:', authorities),
  ]
}

const VOTES = new Map<number, string>(Object.entries(Vote.names).map(([name, id]) => [id, name]))

const DESCRIBERS: Describers = {
  'staking.Transfer': ({ to, amount }, terms) => [
    `To:     ${printAddress(to)}`,
    `Amount: ${amountText(amount, terms)}`,
  ],
  'staking.Burn': ({ amount }, terms) => [`Amount: ${amountText(amount, terms)}`],
  'staking.AddEscrow': ({ account, amount }, terms) => [
    `To:     ${printAddress(account)}`,
    `Amount: ${amountText(amount, terms)}`,
  ],
  'staking.ReclaimEscrow': ({ account, shares }) => [
    `From:   ${printAddress(account)}`,
    `Shares: ${shares}`,
  ],
  'staking.AmendCommissionSchedule': ({ amendment }) => [
    'Amendment:',
    ...indented(describeSchedule(amendment)),
  ],
  'staking.Allow': ({ beneficiary, negative, amountChange }, terms) => [
    `Beneficiary:   ${printAddress(beneficiary)}`,
    `Amount change: ${amountText(amountChange, terms, negative ? '-' : '+')}`,
  ],
  'staking.Withdraw': ({ from, amount }, terms) => [
    `From:   ${printAddress(from)}`,
    `Amount: ${amountText(amount, terms)}`,
  ],
  'governance.SubmitProposal': proposalLines,
  'governance.CastVote': ({ id, vote }) => [
    `Proposal ID: ${id}`,
    `Vote:        ${VOTES.get(vote)}`,
  ],
  'registry.RegisterEntity': entityLines,
  'registry.RegisterNode': nodeLines,
  'vault.Create': ({ adminAuthority, suspendAuthority }) => [
    ...under('Admin authority:', authorityLines(adminAuthority)),
    ...under('Suspend authority:', authorityLines(suspendAuthority)),
  ],
  'vault.AuthorizeAction': ({ vault, nonce, action }, terms) => [
    `Vault:  ${printAddress(vault)}`,
    `Nonce:  ${nonce}`,
    'Action:',
    ...indented(actionLines(action, terms)),
  ],
  'vault.CancelAction': ({ vault, nonce }) => [
    `Vault:  ${printAddress(vault)}`,
    `Nonce:  ${nonce}`,
  ],
}

type AnyDescriber = (body: unknown, terms: TokenTerms) => Lines

/** The body of a method's transaction. */
export function describeBody(method: string, body: Uint8Array, terms: TokenTerms): Lines {
  const schema: AnySchema | undefined = method === BODILESS ? Nothing : bodyOfMethod(method)
  if (schema === undefined) return [`<unknown method body: ${toBase64(body)}>`]
  const describers = DESCRIBERS as Readonly<Record<string, AnyDescriber | undefined>>
  try {
    // COMPAT(oasis-core): no body at all is the zero value.
    const value = decode(schema, body.length === 0 ? undefined : body)
    return describers[method]?.(value, terms) ?? jsonLines(schema, value)
  } catch (error) {
    return malformedLines(error, body)
  }
}
