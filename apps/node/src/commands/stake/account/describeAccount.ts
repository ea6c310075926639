/** An account, in the reference's words. */

import { type StakeAccumulator, ThresholdKind } from '@wadi/consensus/staking'
import { quantity } from '@wadi/primitives/quantity'
import { amountText } from '../../transaction/amounts.ts'
import { describeSchedule } from '../../transaction/describeSchedule.ts'
import { indented } from '../../transaction/lines.ts'
import type { AccountView } from './accountView.ts'
import { describeAllowances } from './describeAllowances.ts'
import { describeIncoming, describeOutgoing, totalOf } from './describeDelegations.ts'

type Lines = readonly string[]

const KIND_NAMES = new Map<bigint, string>(
  Object.entries(ThresholdKind.names).map(([name, kind]) => [kind, name]),
)

function balanceLines({ account, address, token, delegated }: AccountView): Lines {
  const { balance } = account.general
  const total = balance + totalOf(delegated.active) + totalOf(delegated.debonding)
  const terms = { token, account: address, side: 'To:' }
  return [
    'Balance:',
    ...indented([
      `Total: ${amountText(quantity(total), token)}`,
      `Available: ${amountText(balance, token)}`,
      ...describeOutgoing('Active Delegations from this Account:', delegated.active, terms),
      ...describeOutgoing('Debonding Delegations from this Account:', delegated.debonding, terms),
    ]),
    '',
  ]
}

function claimLines({ claims }: StakeAccumulator): Lines {
  const lines = Array.from(claims, ([name, thresholds]) => [
    `  - Name: ${name}`,
    ...(thresholds ?? []).flatMap(({ global, const: constant }) => [
      '    Staking Thresholds:',
      global !== undefined
        ? `      - Global: ${KIND_NAMES.get(global)}`
        : constant === undefined
          ? '      - (malformed)'
          : `      - Constant: ${constant}`,
    ]),
  ])
  return ['Claims:', ...lines.flat()]
}

function section(title: string, lines: Lines | undefined): Lines {
  return lines === undefined ? [] : [title, ...indented(lines), '']
}

/** Everything that is not empty. */
export function describeAccount(view: AccountView): Lines {
  const { account, address, height, received, token } = view
  const { general, escrow } = account
  const { allowances } = general
  const { active, debonding, commissionSchedule: schedule, stakeAccumulator: stake } = escrow
  const terms = { token, account: address, side: 'From:' }
  const hasSchedule = schedule.rates.length > 0 || schedule.bounds.length > 0
  return [
    `Account State for Height: ${height}`,
    ...balanceLines(view),
    ...section(
      'Allowances for this Account:',
      allowances.size > 0 ? describeAllowances(address, allowances, token) : undefined,
    ),
    ...describeIncoming(
      'Active Delegations to this Account:',
      { pool: active, views: received.active },
      terms,
    ),
    ...describeIncoming(
      'Debonding Delegations to this Account:',
      { pool: debonding, views: received.debonding },
      terms,
    ),
    ...section('Commission Schedule:', hasSchedule ? describeSchedule(schedule) : undefined),
    ...section('Stake Accumulator:', stake.claims.size > 0 ? claimLines(stake) : undefined),
    `Nonce: ${general.nonce}`,
  ]
}
