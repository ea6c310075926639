/** Accounts: balances, nonces and fees. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { u64 } from '@wadi/cbor/scalars'
import { ADDRESS_SIZE, Address } from '@wadi/primitives/address'
import { unit } from '../../codec.ts'
import { via } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import { call, query } from '../../method.ts'
import { defineModule, type Module } from '../../module.ts'
import type { Amounts, BaseUnits, Denomination } from '../../types/token.ts'
import { gasPriceOf, type Transaction } from '../../types/transaction.ts'
import { errors as coreErrors } from '../core/errors.ts'
import { useGas } from '../core/gas.ts'
import { setPriority } from '../core/sender.ts'
import { balanceOf, balancesOf, transfer } from './balances.ts'
import { checkInvariants } from './checkInvariants.ts'
import { errors } from './errors.ts'
import { chargeFee, collectFee, recordFee, settleFee, shareFees } from './fees.ts'
import { checkNonces, countTransaction, nonceOf } from './nonces.ts'
import { accounts as accountTable, balances, MODULE, parameters, totalSupplies } from './state.ts'
import * as types from './types.ts'

const genesisErrors = definePlainErrors('paratimeGenesis', {
  wrongSupply: 'the total supply is not the sum of the balances',
  debugOption: 'an option for debugging is set',
})

/** The first state of accounts. What is left out is empty. */
export interface AccountsGenesis {
  readonly parameters: types.Parameters
  readonly accounts?: readonly (readonly [Address, types.Account])[]
  readonly balances?: readonly (readonly [Address, Amounts])[]
  readonly totalSupplies?: Amounts
}

/** Accounts, with its first parameters and balances. */
export function accounts(genesis: AccountsGenesis): Module {
  checkGenesis(genesis)
  return defineModule({
    name: MODULE,
    parameters,
    init: (frame) => init(frame, genesis),
    hooks: {
      authenticate,
      afterCall: settleFee,
      afterTransaction: collectFee,
      endBlock: shareFees,
      checkInvariants,
    },
    methods: [
      call({ name: 'accounts.Transfer', args: types.Transfer, result: unit, run: runTransfer }),
      query({
        name: 'accounts.Nonce',
        args: types.NonceQuery,
        result: u64,
        run: (frame, { address }) => nonceOf(frame, address),
      }),
      query({
        name: 'accounts.Addresses',
        args: types.AddressesQuery,
        result: types.Addresses,
        isExpensive: true,
        run: (frame, { denomination }) => addressesWith(frame, denomination),
      }),
      query({
        name: 'accounts.Balances',
        args: types.BalancesQuery,
        result: types.AccountBalances,
        run: (frame, { address }) => ({ balances: balancesOf(frame, address) }),
      }),
      query({
        name: 'accounts.DenominationInfo',
        args: types.DenominationInfoQuery,
        result: types.DenominationInfo,
        run(frame, { denomination }) {
          const info = parameters.get(frame).denominationInfos.get(denomination)
          if (info === undefined) throw errors.notFound()
          return info
        },
      }),
    ],
  })
}

function checkGenesis(genesis: AccountsGenesis): void {
  if (genesis.parameters.debugDisableNonceCheck) throw genesisErrors.debugOption()
  const sums = new Map<string, bigint>()
  for (const [, amounts] of genesis.balances ?? []) {
    for (const [denomination, amount] of amounts) {
      const key = toHex(denomination)
      sums.set(key, (sums.get(key) ?? 0n) + amount)
    }
  }
  for (const [denomination, supply] of genesis.totalSupplies ?? []) {
    const key = toHex(denomination)
    if (sums.get(key) !== supply) throw genesisErrors.wrongSupply(key)
    sums.delete(key)
  }
  if (sums.size > 0) throw genesisErrors.wrongSupply([...sums.keys()].join())
}

function init(frame: Frame, genesis: AccountsGenesis): void {
  const { store } = frame
  for (const [address, account] of genesis.accounts ?? []) accountTable.set(store, account, address)
  for (const [address, amounts] of genesis.balances ?? []) {
    for (const [denomination, amount] of amounts) balances.set(store, amount, address, denomination)
  }
  for (const [denomination, supply] of genesis.totalSupplies ?? []) {
    totalSupplies.set(store, supply, denomination)
  }
  parameters.set(frame, genesis.parameters)
}

/** accounts.Transfer: the caller gives to another account. */
function runTransfer(frame: Frame, { to, amount }: types.Transfer): undefined {
  const { transfersDisabled, gasCosts } = parameters.get(frame)
  if (transfersDisabled) throw errors.forbidden()
  via('core', () => useGas(frame, gasCosts.txTransfer))
  transfer(frame, { from: frame.callerAddress, to }, amount)
}

function addressesWith({ store }: Frame, denomination: Denomination): readonly Address[] {
  return balances
    .entries(store)
    .filter(([key]) => equalBytes(key.subarray(ADDRESS_SIZE), denomination))
    .map(([key]) => Address.check(key.slice(0, ADDRESS_SIZE)))
}

/** The nonces of all signers are right, and one of them, or somebody else, can pay. */
function authenticate(frame: Frame, transaction: Transaction): void {
  const { authInfo } = transaction
  const { fee } = authInfo
  const sender = checkNonces(frame, authInfo)
  const payer = frame.paratime.resolvePayer?.(frame, transaction) ?? sender
  if (fee.amount.amount > 0n) {
    if (frame.isCheckOnly) promiseFee(frame, payer, fee.amount)
    else chargeFee(frame, payer, fee.amount)
    const price = gasPriceOf(fee)
    setPriority(frame, BigInt.asUintN(64, price) === price ? price : 0xffff_ffff_ffff_ffffn)
  }
  if (!frame.isCheckOnly) countTransaction(frame, authInfo)
}

/** Where a transaction is only looked at, it pays when all else is good. */
function promiseFee(frame: Frame, payer: Address, amount: BaseUnits): void {
  if (balanceOf(frame, payer, amount.denomination) < amount.amount) {
    throw coreErrors.insufficientFeeBalance()
  }
  recordFee(frame, payer, amount)
}
