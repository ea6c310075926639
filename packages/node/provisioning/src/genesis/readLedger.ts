/** Staking's section: the ledger that a file says, and what every network needs beside it. */

import { make } from '@wadi/cbor/codec'
import { keyedMap, withEntry } from '@wadi/cbor/collections'
import { parseJson } from '@wadi/cbor/json'
import {
  Account,
  Delegation,
  EscrowAccount,
  GeneralAccount,
  Genesis,
  type Parameters,
  SharePool,
  ThresholdKind,
} from '@wadi/consensus/staking'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { Address, stakingAddress } from '@wadi/primitives/address'
import { add, type Quantity, quantity, ZERO } from '@wadi/primitives/quantity'
import { testEntity } from '../entity/testEntity.ts'
import { errors } from '../errors.ts'
import { GENESIS_FILE_BYTES_MAX } from '../limits.ts'
import { fromFile, readNamed } from '../namedFile.ts'
import type { GenesisSources, StakingSettings } from './genesisSettings.ts'

/** The shortest that can be. */
const DEBONDING_INTERVAL = 1n
const FEE_WEIGHT_VOTE = quantity(1n)
/** COMPAT(oasis-core): what the entity of tests has, once to spend and once staked. */
const TEST_BALANCE = quantity(1_000_000_000_000_000n)
const TEST_SHARES = quantity(1n)

type Json = Readonly<Record<string, unknown>>

/** COMPAT(encoding/json): names of fields in any case. */
function fieldOf(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null) return undefined
  const entries = Object.entries(json as Json)
  return entries.findLast(([key]) => key.toLowerCase() === name)?.[1]
}

/** COMPAT(oasis-core): the default stands unless the file has the field, be it zero there. */
function withDefaults(genesis: Genesis, text: string): Genesis {
  const written = fieldOf(fieldOf(JSON.parse(text), 'params'), 'debonding_interval')
  const { params } = genesis
  const { debondingInterval, feeSplitWeightVote } = params
  return {
    ...genesis,
    params: {
      ...params,
      debondingInterval: written == null ? DEBONDING_INTERVAL : debondingInterval,
      feeSplitWeightVote: feeSplitWeightVote === ZERO ? FEE_WEIGHT_VOTE : feeSplitWeightVote,
    },
  }
}

function ledgerOf(files: FileSystem, path: string | undefined): Genesis {
  if (path === undefined) return withDefaults(make(Genesis, {}), '{}')
  const remedy = 'name a file with one with --staking'
  const what = "staking's section of a genesis document"
  const named = { path, what, remedy, bytesMax: GENESIS_FILE_BYTES_MAX }
  const text = readNamed(files, named)
  return fromFile(named, () => withDefaults(parseJson(Genesis, text), text))
}

/** The entity of tests has a fortune, half of it staked to itself. */
function withTestEntity(genesis: Genesis): Genesis {
  const address = stakingAddress(testEntity().entity.id)
  const own = genesis.delegations.get(address)
  if (genesis.ledger.get(address) !== undefined || own?.get(address) !== undefined)
    throw errors.badValue(
      "the ledger's file has the entity of tests; take it out, or leave out --debug.test_entity",
    )
  const active = make(SharePool, { balance: TEST_BALANCE, totalShares: TEST_SHARES })
  const account = make(Account, {
    general: make(GeneralAccount, { balance: TEST_BALANCE }),
    escrow: make(EscrowAccount, { active }),
  })
  const others = own ?? keyedMap<Address, Delegation | undefined>(Address, [])
  const delegation = make(Delegation, { shares: TEST_SHARES })
  return {
    ...genesis,
    ledger: withEntry(genesis.ledger, address, account),
    delegations: withEntry(genesis.delegations, address, withEntry(others, address, delegation)),
    totalSupply: add(genesis.totalSupply, add(TEST_BALANCE, TEST_BALANCE)),
  }
}

/** Nothing is asked of anybody where nobody says how much. */
function thresholdsOf({ thresholds }: Parameters): Parameters['thresholds'] {
  if (thresholds.size > 0) return thresholds
  const kinds = Object.values(ThresholdKind.names)
  return keyedMap<bigint, Quantity>(
    ThresholdKind,
    kinds.map((kind) => [kind, ZERO] as const),
  )
}

/** Staking's section. */
export function readLedger(
  settings: StakingSettings,
  { staking, hasTestEntity }: GenesisSources,
  files: FileSystem,
): Genesis {
  const read = ledgerOf(files, staking)
  const { tokenSymbol, tokenValueExponent, debugBypassStake } = settings
  const symbol = tokenSymbol === '' ? read.tokenSymbol : tokenSymbol
  if (symbol === '')
    throw errors.badValue(
      'nothing says the symbol of the token; give --staking.token_symbol, such as TEST',
    )
  const genesis = hasTestEntity ? withTestEntity(read) : read
  return {
    ...genesis,
    tokenSymbol: symbol,
    tokenValueExponent: tokenValueExponent === 0 ? read.tokenValueExponent : tokenValueExponent,
    params: { ...genesis.params, debugBypassStake, thresholds: thresholdsOf(genesis.params) },
  }
}
