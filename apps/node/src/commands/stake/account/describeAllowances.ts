/** Who may withdraw from an account, in the reference's words. */

import { equalBytes } from '@wadi/base/bytes'
import { type Address, printAddress } from '@wadi/primitives/address'
import { compare, type Quantity } from '@wadi/primitives/quantity'
import { amountText, type TokenTerms } from '../../transaction/amounts.ts'
import { totalOf } from './describeDelegations.ts'

interface Allowance {
  readonly beneficiary: Address
  readonly amount: Quantity
}

/** The larger amount first, then the address in the order of its text. */
function compareAllowances(a: Allowance, b: Allowance): number {
  const [textA, textB] = [printAddress(a.beneficiary), printAddress(b.beneficiary)]
  return compare(b.amount, a.amount) || (textA < textB ? -1 : 1)
}

/** The sum, and each of them. */
export function describeAllowances(
  account: Address,
  allowances: Iterable<readonly [Address, Quantity]>,
  token: TokenTerms,
): readonly string[] {
  const own = (beneficiary: Address) => (equalBytes(beneficiary, account) ? ' (self)' : '')
  const all = Array.from(allowances, ([beneficiary, amount]) => ({ beneficiary, amount }))
  const lines = all
    .toSorted(compareAllowances)
    .flatMap(({ beneficiary, amount }) => [
      `  - Beneficiary: ${printAddress(beneficiary)}${own(beneficiary)}`,
      `    Amount:      ${amountText(amount, token)}`,
    ])
  return [`Total: ${amountText(totalOf(all), token)}`, 'Allowances:', ...lines]
}
