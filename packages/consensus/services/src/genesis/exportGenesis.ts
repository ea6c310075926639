/** The genesis document from which a chain could go on. */

import { BACKEND } from '@wadi/consensus/consensus'
import * as keys from '@wadi/consensus/consensus/keys'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import type { Moment } from '@wadi/primitives/moment'
import { exportGenesis as exportBeacon } from '../beacon/genesis.ts'
import { exportGenesis as exportChurp } from '../churp/genesis.ts'
import { exportGenesis as exportGovernance } from '../governance/genesis.ts'
import { type ReadableState, readExisting } from '../kernel/state.ts'
import { exportGenesis as exportKeymanager } from '../keymanager/genesis.ts'
import { exportGenesis as exportRegistry } from '../registry/genesis.ts'
import { exportGenesis as exportRoothash } from '../roothash/genesis.ts'
import { exportGenesis as exportScheduler } from '../scheduler/genesis.ts'
import { exportGenesis as exportStaking } from '../staking/genesis.ts'
import { exportGenesis as exportVault } from '../vault/genesis.ts'

/** Where a chain stands. */
export interface ExportedHeight {
  readonly height: bigint
  /** Of the block at that height. */
  readonly time: Moment
  readonly state: ReadableState
}

/** The state as a document. `origin` is the one that the chain began with. */
export function exportGenesis(
  { height, time, state }: ExportedHeight,
  origin: GenesisDocument,
): GenesisDocument {
  return {
    height,
    genesisTime: time,
    chainId: origin.chainId,
    beacon: exportBeacon(state),
    registry: exportRegistry(state),
    roothash: exportRoothash(state),
    staking: exportStaking(state, origin.staking),
    keymanager: { ...exportKeymanager(state), churp: exportChurp(state) },
    scheduler: exportScheduler(state),
    governance: exportGovernance(state),
    vault: exportVault(state),
    consensus: { backend: BACKEND, params: readExisting(state, keys.parameters) },
    extraData: undefined,
  }
}
