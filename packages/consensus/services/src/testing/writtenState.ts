/** A state as the services write it: of records and the indices that belong to them. */

import type { EpochTimeState } from '@wadi/consensus/beacon'
import type { Status as ChurpStatus } from '@wadi/consensus/churp'
import type { SignedEncryptedEphemeralSecret, Status } from '@wadi/consensus/keymanager'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type { Parameters as RoothashParameters } from '@wadi/consensus/roothash'
import type { Account, DebondingDelegation, Delegation } from '@wadi/consensus/staking'
import type { Address } from '@wadi/primitives/address'
import type { Quantity } from '@wadi/primitives/quantity'
import { scheduleEpoch, setEpoch } from '../beacon/state.ts'
import { setStatus as setScheme } from '../churp/state.ts'
import type { State } from '../kernel/state.ts'
import { setEphemeralSecret, setStatus } from '../keymanager/state.ts'
import { type SignedAndOpen, setNode, setRuntime, setRuntimeOwner } from '../registry/state.ts'
import type { KnownRuntimeState } from '../roothash/queries.ts'
import { setParameters, setRuntimeState } from '../roothash/state.ts'
import {
  addDebondingDelegation,
  setAccount,
  setCommonPool,
  setDelegation,
  setGovernanceDeposits,
  setLastBlockFees,
  setTotalSupply,
} from '../staking/state.ts'

/** What somebody has of an escrow account. */
export interface Held<T> {
  readonly delegator: Address
  readonly escrow: Address
  readonly delegation: T
}

/** Staking's records. */
export interface StakingRecords {
  readonly accounts: readonly (readonly [Address, Account])[]
  readonly delegations: readonly Held<Delegation>[]
  readonly debondingDelegations: readonly Held<DebondingDelegation>[]
  readonly totalSupply: Quantity
  readonly commonPool: Quantity
  readonly lastBlockFees: Quantity
  readonly governanceDeposits: Quantity
}

/** Writes a ledger. */
export function writeStaking(state: State, records: StakingRecords): void {
  for (const [address, account] of records.accounts) setAccount(state, address, account)
  for (const { delegator, escrow, delegation } of records.delegations)
    setDelegation(state, delegator, escrow, delegation)
  for (const { delegator, escrow, delegation } of records.debondingDelegations)
    addDebondingDelegation(state, delegator, escrow, delegation)
  setTotalSupply(state, records.totalSupply)
  setCommonPool(state, records.commonPool)
  setLastBlockFees(state, records.lastBlockFees)
  setGovernanceDeposits(state, records.governanceDeposits)
}

/** Writes an epoch, and when the next one begins. */
export function writeEpochs(state: State, now: EpochTimeState, next: EpochTimeState): void {
  setEpoch(state, now)
  scheduleEpoch(state, next)
}

/** The registry's records. */
export interface RegistryRecords {
  readonly nodes: readonly SignedAndOpen[]
  readonly runtimes: readonly Runtime[]
  readonly suspendedRuntimes: readonly Runtime[]
}

/** Registers everything, without any check. */
export function writeRegistry(state: State, records: RegistryRecords): void {
  for (const node of records.nodes) setNode(state, node)
  for (const runtime of records.runtimes) setRuntime(state, runtime, 'active')
  for (const runtime of records.suspendedRuntimes) setRuntime(state, runtime, 'suspended')
  for (const { id, entityId } of [...records.runtimes, ...records.suspendedRuntimes])
    setRuntimeOwner(state, id, entityId)
}

/** The key managers' records. */
export interface KeymanagerRecords {
  readonly statuses: readonly Status[]
  readonly ephemeralSecrets: readonly SignedEncryptedEphemeralSecret[]
  readonly schemes: readonly ChurpStatus[]
}

/** Writes where key managers and their schemes stand. */
export function writeKeymanagers(state: State, records: KeymanagerRecords): void {
  for (const status of records.statuses) setStatus(state, status)
  for (const secret of records.ephemeralSecrets) setEphemeralSecret(state, secret)
  for (const scheme of records.schemes) setScheme(state, scheme)
}

/** Lets runtimes stand so, one after the other. */
export function writeRoothash(
  state: State,
  params: RoothashParameters,
  rounds: readonly KnownRuntimeState[],
): void {
  setParameters(state, params)
  for (const round of rounds) setRuntimeState(state, round)
}
