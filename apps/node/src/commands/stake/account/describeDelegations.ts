/** Delegations of an account, in the reference's words. */

import { equalBytes } from '@wadi/base/bytes'
import type { SharePool } from '@wadi/consensus/staking'
import { type Address, printAddress } from '@wadi/primitives/address'
import { compare, type Quantity, quantity } from '@wadi/primitives/quantity'
import { amountText, type TokenTerms } from '../../transaction/amounts.ts'
import { indented } from '../../transaction/lines.ts'

type Lines = readonly string[]

/** A delegation, from one side: who is at the other, and what the shares are worth. */
export interface DelegationView {
  readonly address: Address
  readonly amount: Quantity
  readonly shares: Quantity
  /** When it is paid out, if that has begun. */
  readonly endTime?: bigint
}

/** What shares of a pool are worth; nothing if the pool has none. */
export function worthOf(shares: Quantity, { balance, totalShares }: SharePool): Quantity {
  return quantity(totalShares === 0n ? 0n : (shares * balance) / totalShares)
}

/** The sum of what they are worth. */
export function totalOf(views: readonly { readonly amount: Quantity }[]): Quantity {
  return quantity(views.reduce((sum, { amount }) => sum + amount, 0n))
}

/** The earlier end first, then the larger amount, then the address in the order of its text. */
function compareViews(a: DelegationView, b: DelegationView): number {
  const [endA = 0n, endB = 0n] = [a.endTime, b.endTime]
  if (endA !== endB) return endA < endB ? -1 : 1
  return compare(b.amount, a.amount) || (printAddress(a.address) < printAddress(b.address) ? -1 : 1)
}

/** What the delegations of an account are shown with. */
export interface DelegationTerms {
  readonly token: TokenTerms
  readonly account: Address
  /** What the other side is: `To:` or `From:`. */
  readonly side: string
}

function oneDelegation(view: DelegationView, { token, account, side }: DelegationTerms): Lines {
  const { address, amount, shares, endTime } = view
  const own = equalBytes(address, account) ? ' (self)' : ''
  const fields: readonly (readonly [string, string])[] = [
    [side, printAddress(address) + own],
    ['Amount:', `${amountText(amount, token)} (${shares} shares)`],
    ...(endTime === undefined ? [] : [['End Time:', `epoch ${endTime}`] as const]),
  ]
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields.map(
    ([name, value], i) => `${i === 0 ? '  - ' : '    '}${name.padEnd(width)} ${value}`,
  )
}

/** The list of them. */
export function describeDelegations(
  views: readonly DelegationView[],
  terms: DelegationTerms,
): Lines {
  const sorted = views.toSorted(compareViews)
  return ['Delegations:', ...sorted.flatMap((view) => oneDelegation(view, terms))]
}

/** Those that others, or the owner, have made to an account. */
export function describeIncoming(
  title: string,
  { pool, views }: { readonly pool: SharePool; readonly views: readonly DelegationView[] },
  terms: DelegationTerms,
): Lines {
  if (views.length === 0) return []
  const total = `Total: ${amountText(pool.balance, terms.token)} (${pool.totalShares} shares)`
  return [title, ...indented([total, ...describeDelegations(views, terms)]), '']
}

/** Those that an account has made. */
export function describeOutgoing(
  title: string,
  views: readonly DelegationView[],
  terms: DelegationTerms,
): Lines {
  if (views.length === 0) return []
  const total = `Total: ${amountText(totalOf(views), terms.token)}`
  return [title, ...indented([total, ...describeDelegations(views, terms)])]
}
