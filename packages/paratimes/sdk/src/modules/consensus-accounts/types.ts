/** What the bridge of accounts keeps, is asked and tells. Methods are called `consensus.…`. */

import type { Infer, Schema } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { rustEnum } from '@wadi/cbor/oneOf'
import { bool, text, u32, u64 } from '@wadi/cbor/scalars'
import { nilable, omitEmpty, optional, struct } from '@wadi/cbor/struct'
import { Account } from '@wadi/consensus/staking'
import { Address } from '@wadi/primitives/address'
import { withDefault } from '../../codec.ts'
import { eventKind } from '../../events.ts'
import { BaseUnits, U128 } from '../../types/token.ts'

export const GasCosts = struct({
  txDeposit: u64,
  txWithdraw: u64,
  txDelegate: u64,
  txUndelegate: u64,
  storeReceipt: u64,
  takeReceipt: u64,
  delegation: u64,
  sharesToTokens: u64,
})

export const Parameters = struct({
  gasCosts: GasCosts,
  disableDelegate: bool,
  disableUndelegate: bool,
  disableDeposit: bool,
  disableWithdraw: bool,
})
export type Parameters = Infer<typeof Parameters>

/** Body of consensus.Deposit and consensus.Withdraw. */
export const Move = struct({ to: optional(Address), amount: BaseUnits })
export type Move = Infer<typeof Move>

/** Body of consensus.Delegate. */
export const Delegate = struct({ to: Address, amount: BaseUnits, receipt: omitEmpty(u64) })
export type Delegate = Infer<typeof Delegate>

/** Body of consensus.Undelegate. */
export const Undelegate = struct({ from: Address, shares: U128, receipt: omitEmpty(u64) })
export type Undelegate = Infer<typeof Undelegate>

/** How a message failed. */
export const ConsensusError = struct({ module: omitEmpty(text), code: omitEmpty(u32) })
export type ConsensusError = Infer<typeof ConsensusError>

/** Of what a receipt is, as the byte in its key. */
export const RECEIPT_KINDS = { delegate: 1, undelegateStart: 2, undelegateDone: 3 } as const
export type ReceiptKind = keyof typeof RECEIPT_KINDS

const ReceiptKindSchema = rustEnum({ invalid: 0, ...RECEIPT_KINDS })

/** Body of consensus.TakeReceipt. */
export const TakeReceipt = withDefault(struct({ kind: ReceiptKindSchema, id: u64 }), {
  kind: { kind: 'invalid', body: undefined },
  id: 0n,
})
export type TakeReceipt = Infer<typeof TakeReceipt>

/** What a call from within is told later. */
export const Receipt = struct({
  shares: omitEmpty(U128),
  epoch: omitEmpty(u64),
  receipt: omitEmpty(u64),
  amount: omitEmpty(U128),
  error: optional(ConsensusError),
})
export type Receipt = Infer<typeof Receipt>
export const TakenReceipt = nilable(Receipt)

/** Body of consensus.SharesToTokens. */
export const SharesToTokens = withDefault(
  struct({
    address: Address,
    pool: rustEnum({ invalid: 0, active: 1, debonding: 2 }),
    shares: U128,
  }),
  { address: Address.zero, pool: { kind: 'invalid', body: undefined }, shares: 0n },
)
export type SharesToTokens = Infer<typeof SharesToTokens>

export const AddressQuery = struct({ address: Address })
export const DelegationQuery = struct({ from: Address, to: Address })
export const DelegationsQuery = struct({ from: Address })
export const UndelegationsQuery = struct({ to: Address })
export const AccountBalance = struct({ balance: U128 })
/** COMPAT(oasis-core): as the Rust side writes an account of the consensus layer. */
export const ConsensusAccount: Schema<Account> = Account

export const DelegationInfo = struct({ shares: U128, receipt: omitEmpty(u64) })
export type DelegationInfo = Infer<typeof DelegationInfo>

export const Delegations = list(struct({ to: Address, shares: U128 }))
export const AllDelegations = list(struct({ from: Address, to: Address, shares: U128 }))
export const Undelegations = list(struct({ from: Address, epoch: u64, shares: U128 }))
export const AllUndelegations = list(
  struct({ from: Address, to: Address, epoch: u64, shares: U128 }),
)

/** What is remembered until the result of a message is there. */
export const TransferContext = struct({
  address: Address,
  nonce: omitEmpty(u64),
  to: Address,
  amount: BaseUnits,
})
export type TransferContext = Infer<typeof TransferContext>

export const WithdrawContext = struct({
  from: Address,
  nonce: omitEmpty(u64),
  address: Address,
  amount: BaseUnits,
})
export type WithdrawContext = Infer<typeof WithdrawContext>

export const DelegateContext = struct({
  from: Address,
  nonce: u64,
  to: Address,
  amount: BaseUnits,
  receipt: omitEmpty(bool),
})
export type DelegateContext = Infer<typeof DelegateContext>

export const UndelegateContext = struct({
  from: Address,
  nonce: u64,
  to: Address,
  shares: U128,
  receipt: omitEmpty(bool),
})
export type UndelegateContext = Infer<typeof UndelegateContext>

const MoveEvent = struct({
  from: Address,
  nonce: u64,
  to: Address,
  amount: BaseUnits,
  error: optional(ConsensusError),
})
const DelegateEvent = struct({
  from: Address,
  nonce: u64,
  to: Address,
  amount: BaseUnits,
  error: optional(ConsensusError),
  shares: optional(U128),
})
const UndelegateStartEvent = struct({
  from: Address,
  nonce: u64,
  to: Address,
  shares: U128,
  debondEndTime: u64,
  error: optional(ConsensusError),
})
const UndelegateDoneEvent = struct({
  from: Address,
  to: Address,
  shares: U128,
  amount: BaseUnits,
  epoch: optional(u64),
})

const EVENTS_MODULE = 'consensus_accounts'
export const Deposited = eventKind(EVENTS_MODULE, 1, MoveEvent)
export const Withdrawn = eventKind(EVENTS_MODULE, 2, MoveEvent)
export const Delegated = eventKind(EVENTS_MODULE, 3, DelegateEvent)
export const UndelegateStarted = eventKind(EVENTS_MODULE, 4, UndelegateStartEvent)
export const UndelegateDone = eventKind(EVENTS_MODULE, 5, UndelegateDoneEvent)
