/** What accounts keeps, is asked and tells. */

import type { Infer } from '@wadi/cbor/codec'
import { list, mapOf } from '@wadi/cbor/collections'
import { bool, u8, u64 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { eventKind } from '../../events.ts'
import { Amounts, BaseUnits, Denomination } from '../../types/token.ts'

export const DenominationInfo = struct({ decimals: u8 })
export type DenominationInfo = Infer<typeof DenominationInfo>

export const GasCosts = struct({ txTransfer: u64 })

export const Parameters = struct({
  transfersDisabled: bool,
  gasCosts: GasCosts,
  debugDisableNonceCheck: omitEmpty(bool),
  denominationInfos: omitEmpty(mapOf(Denomination, DenominationInfo)),
})
export type Parameters = Infer<typeof Parameters>

export const Account = struct({ nonce: omitEmpty(u64) })
export type Account = Infer<typeof Account>

/** Body of accounts.Transfer. */
export const Transfer = struct({ to: Address, amount: BaseUnits })
export type Transfer = Infer<typeof Transfer>

export const NonceQuery = struct({ address: Address })
export const BalancesQuery = struct({ address: Address })
export const AddressesQuery = struct({ denomination: Denomination })
export const Addresses = list(Address)
export const DenominationInfoQuery = struct({ denomination: Denomination })

export const AccountBalances = struct({ balances: Amounts })
export type AccountBalances = Infer<typeof AccountBalances>

export const TransferEvent = struct({ from: Address, to: Address, amount: BaseUnits })
export const SupplyEvent = struct({ owner: Address, amount: BaseUnits })

/** Something went from one account to another. */
export const Transferred = eventKind('accounts', 1, TransferEvent)
/** There is less of something. */
export const Burnt = eventKind('accounts', 2, SupplyEvent)
/** There is more of something. */
export const Minted = eventKind('accounts', 3, SupplyEvent)
