/** What the vault is asked. */

import type { Infer } from '@wadi/cbor/codec'
import { i64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { Address } from '@wadi/primitives/address'
import { askedAt, askedBy, grown, watched } from '../api.ts'
import { Event } from './events.ts'
import { AddressState, Genesis, Parameters, PendingAction, Vault } from './types.ts'

/** Which vault is asked about. */
export const VaultQuery = struct({ height: i64, address: Address })
export type VaultQuery = Infer<typeof VaultQuery>

/** What an address may withdraw from a vault. */
export const AddressQuery = struct({ height: i64, vault: Address, address: Address })
export type AddressQuery = Infer<typeof AddressQuery>

export const calls = {
  'Vault/Vaults': askedAt(grown(Vault)),
  'Vault/Vault': askedBy(VaultQuery, Vault),
  'Vault/AddressState': askedBy(AddressQuery, AddressState),
  'Vault/PendingActions': askedBy(VaultQuery, grown(PendingAction)),
  'Vault/StateToGenesis': askedAt(Genesis),
  'Vault/ConsensusParameters': askedAt(Parameters),
  'Vault/GetEvents': askedAt(grown(Event)),
} as const

export const streams = {
  'Vault/WatchEvents': watched(Event),
} as const
