/** The ledger that a network begins with: who has staked, and who can pay. */

import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import {
  Account,
  Delegation,
  EscrowAccount,
  GeneralAccount,
  Parameters,
  SharePool,
  type Slash,
  SlashReason,
  ThresholdKind,
} from '@wadi/consensus/staking'
import { Address, stakingAddress } from '@wadi/primitives/address'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { type Quantity, quantity } from '@wadi/primitives/quantity'

/** Who has what. All amounts are in base units. */
export interface LedgerOptions {
  /** What entities have staked themselves. */
  readonly stakes: readonly (readonly [entity: PublicKey, stake: bigint])[]
  readonly accounts: readonly Address[]
  /** Of each of the accounts. */
  readonly balance: bigint
  readonly slash: { readonly amount: bigint; readonly freezeEpochs: bigint }
  /** May runtimes delegate what they have? */
  readonly allowEscrowMessages: boolean
}

/** Where rewards come from. */
const COMMON_POOL = quantity(1_000_000_000_000n)
/** What it takes to be an entity, a node or a runtime: next to nothing. */
const THRESHOLD = quantity(10n)
const REWARDED_UNTIL = 1_000_000_000n

/** Staking's section of the genesis document. */
export function networkLedger(options: LedgerOptions): GenesisDocument['staking'] {
  const { stakes, accounts, balance } = options
  const staked = stakes.reduce((sum, [, stake]) => sum + stake, 0n)
  const holder = make(Account, { general: make(GeneralAccount, { balance: quantity(balance) }) })
  const entities = stakes.map(
    ([entity, stake]) => [stakingAddress(entity), quantity(stake)] as const,
  )
  return {
    ...zero(GenesisDocument).staking,
    params: parametersOf(options),
    tokenSymbol: 'TEST',
    tokenValueExponent: 9,
    totalSupply: quantity(staked + balance * BigInt(accounts.length) + COMMON_POOL),
    commonPool: COMMON_POOL,
    ledger: keyedMap<Address, Account | undefined>(Address, [
      ...accounts.map((address) => [address, holder] as const),
      ...entities.map(([address, stake]) => [address, stakedAccount(stake)] as const),
    ]),
    delegations: keyedMap(
      Address,
      entities.map(([address, shares]) => {
        const own = [address, make(Delegation, { shares })] as const
        return [address, keyedMap<Address, Delegation | undefined>(Address, [own])] as const
      }),
    ),
  }
}

function stakedAccount(stake: Quantity): Account {
  const active = make(SharePool, { balance: stake, totalShares: stake })
  return make(Account, { escrow: make(EscrowAccount, { active }) })
}

/** Rewards are small, but they change the weight of votes in every epoch. */
function parametersOf({ slash, allowEscrowMessages }: LedgerOptions): Parameters {
  const kinds = Object.values(ThresholdKind.names)
  const punishment = { amount: quantity(slash.amount), freezeInterval: slash.freezeEpochs }
  return make(Parameters, {
    thresholds: keyedMap<bigint, Quantity>(
      ThresholdKind,
      kinds.map((kind) => [kind, THRESHOLD] as const),
    ),
    debondingInterval: 10n,
    rewardSchedule: [{ until: REWARDED_UNTIL, scale: quantity(1_000n) }],
    signingRewardThresholdNumerator: 3n,
    signingRewardThresholdDenominator: 4n,
    rewardFactorEpochSigned: quantity(1n),
    rewardFactorBlockProposed: quantity(1n),
    feeSplitWeightPropose: quantity(2n),
    feeSplitWeightVote: quantity(1n),
    feeSplitWeightNextPropose: quantity(1n),
    maxAllowances: 16,
    allowEscrowMessages,
    slashing: keyedMap<number, Slash>(SlashReason, [
      [SlashReason.names['consensus-equivocation'], punishment],
      [SlashReason.names['consensus-light-client-attack'], punishment],
    ]),
  })
}
