/** Every key of governance. */

import { u64 } from '@wadi/cbor/scalars'
import { keyFormat, u64Key } from '@wadi/primitives/keyFormat'
import { addressKey, cborValue, emptyValue } from '../state/stateTable.ts'
import { Parameters, Proposal, Vote } from './types.ts'

/** The identifier that the next proposal gets. */
export const nextProposalId = {
  name: 'governance.nextProposalId',
  keys: keyFormat(0x80),
  value: cborValue(u64),
} as const

/** Every proposal, open or closed, by its identifier. */
export const proposals = {
  name: 'governance.proposals',
  keys: keyFormat(0x81, u64Key),
  value: cborValue(Proposal),
} as const

/** Epoch at which voting ends, then proposal. */
export const activeProposals = {
  name: 'governance.activeProposals',
  keys: keyFormat(0x82, u64Key, u64Key),
  value: emptyValue,
} as const

/** Proposal, then voter. */
export const votes = {
  name: 'governance.votes',
  keys: keyFormat(0x83, u64Key, addressKey),
  value: cborValue(Vote),
} as const

/** Epoch of the upgrade, then proposal. */
export const pendingUpgrades = {
  name: 'governance.pendingUpgrades',
  keys: keyFormat(0x84, u64Key, u64Key),
  value: emptyValue,
} as const

/** Governance's parameters. */
export const parameters = {
  name: 'governance.parameters',
  keys: keyFormat(0x85),
  value: cborValue(Parameters),
} as const
