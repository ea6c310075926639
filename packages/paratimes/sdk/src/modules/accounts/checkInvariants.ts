/** What holds after every block: balances sum up to what there is. */

import { toHex } from '@wadi/base/bytes'
import { ADDRESS_SIZE } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import { errors } from '../core/errors.ts'
import { allSupplies } from './balances.ts'
import { balances } from './state.ts'

/** Throws what does not hold. */
export function checkInvariants(frame: Frame): void {
  const sums = new Map<string, bigint>()
  for (const [key, amount] of balances.entries(frame.store)) {
    const name = toHex(key.subarray(ADDRESS_SIZE))
    sums.set(name, (sums.get(name) ?? 0n) + amount)
  }
  for (const [denomination, supply] of allSupplies(frame)) {
    const name = toHex(denomination)
    const sum = sums.get(name)
    if (sum === undefined) throw errors.invariantViolation('unexpected denomination')
    if (sum !== supply) {
      const numbers = `computed=${sum}, actual=${supply}`
      throw errors.invariantViolation(`computed and actual total supplies don't match (${numbers})`)
    }
    sums.delete(name)
  }
  if (sums.size > 0) {
    throw errors.invariantViolation(
      "encountered denomination that isn't present in total supplies table",
    )
  }
}
