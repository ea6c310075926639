/** Every key of accounts. */

import { parametersOf } from '../../module.ts'
import { table } from '../../state/table.ts'
import { moduleAddress } from '../../types/addresses.ts'
import { U128 } from '../../types/token.ts'
import { Account, Parameters } from './types.ts'

export const MODULE = 'accounts'

export const parameters = parametersOf(MODULE, Parameters)
/** By address. */
export const accounts = table(MODULE, 0x01, Account)
/** By address, then denomination. What was emptied stays. */
export const balances = table(MODULE, 0x02, U128)
/** By denomination. */
export const totalSupplies = table(MODULE, 0x03, U128)

/** Where goes what cannot be shared equally. */
export const COMMON_POOL = moduleAddress(MODULE, 'common-pool')
/** Where the fees of a block wait for the next one. */
export const FEE_ACCUMULATOR = moduleAddress(MODULE, 'fee-accumulator')
