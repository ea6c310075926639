/** A transaction in one sentence, for lists. All that it says is in `describeBody`. */

import { CodedError } from '@wadi/base/errors'
import { decode, type Infer } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import { Vote } from '@wadi/consensus/governance'
import { bodyOfMethod, type methodBodies } from '@wadi/consensus/methods'
import type { TokenTerms } from '@wadi/node/amounts'
import type { Address } from '@wadi/primitives/address'
import type { Transaction } from '@wadi/primitives/transaction'
import { tokensText } from './tokens.ts'

/** What a sentence is made with. */
export interface Speaker {
  readonly token: TokenTerms
  print(address: Address): string
}

type Sentences = {
  readonly [M in keyof typeof methodBodies]?: (
    body: Infer<(typeof methodBodies)[M]>,
    speaker: Speaker,
  ) => string
}

const VOTES = new Map<number, string>(Object.entries(Vote.names).map(([name, id]) => [id, name]))

const SENTENCES: Sentences = {
  'staking.Transfer': ({ to, amount }, { token, print }) =>
    `sends ${tokensText(amount, token)} to ${print(to)}`,
  'staking.Burn': ({ amount }, { token }) => `destroys ${tokensText(amount, token)}`,
  'staking.AddEscrow': ({ account, amount }, { token, print }) =>
    `delegates ${tokensText(amount, token)} to ${print(account)}`,
  'staking.ReclaimEscrow': ({ account, shares }, { print }) =>
    `takes ${shares} shares back from ${print(account)}`,
  'staking.AmendCommissionSchedule': () => 'changes its commission',
  'staking.Allow': ({ beneficiary, negative, amountChange }, { token, print }) =>
    `allows ${print(beneficiary)} ${tokensText(amountChange, token)} ${negative ? 'less' : 'more'}`,
  'staking.Withdraw': ({ from, amount }, { token, print }) =>
    `withdraws ${tokensText(amount, token)} from ${print(from)}`,
  'governance.SubmitProposal': ({ metadata, upgrade, cancelUpgrade, changeParameters }) => {
    const title = metadata === undefined ? '' : `: ${JSON.stringify(metadata.title)}`
    if (upgrade !== undefined) return `proposes the upgrade ${upgrade.handler}${title}`
    if (cancelUpgrade !== undefined)
      return `proposes to cancel the upgrade of proposal ${cancelUpgrade.proposalId}${title}`
    return `proposes other parameters of ${changeParameters?.module}${title}`
  },
  'governance.CastVote': ({ id, vote }) => `votes ${VOTES.get(vote)} on proposal ${id}`,
  'registry.RegisterEntity': () => 'registers its entity',
  'registry.RegisterNode': () => 'registers a node',
  'registry.UnfreezeNode': () => 'lets a node come back that was frozen',
  'registry.RegisterRuntime': () => 'registers a runtime',
  'beacon.VRFProve': () => 'proves its draw for the next epoch',
  'roothash.ExecutorCommit': () => 'commits to the round of a runtime',
  'consensus.Meta': () => 'names the state after the block before',
}

/** Has no body, and so no schema. */
const DEREGISTER = 'registry.DeregisterEntity'

/** What follows the name of whoever signed it. */
export function sayTransaction({ method, body }: Transaction, speaker: Speaker): string {
  if (method === DEREGISTER) return 'takes its entity out of the registry'
  const schema = bodyOfMethod(method) as Schema<unknown> | undefined
  const say = (SENTENCES as Readonly<Record<string, unknown>>)[method]
  if (say === undefined) return `calls ${method}`
  try {
    const value = schema && decode(schema, body.length === 0 ? undefined : body)
    return (say as (body: unknown, speaker: Speaker) => string)(value, speaker)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return `calls ${method} with a body that nobody can read`
  }
}
