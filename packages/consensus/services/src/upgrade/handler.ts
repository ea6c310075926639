/** What is done to the state when the network goes over to other rules. */

import type { StateTable } from '@wadi/consensus/state/stateTable'
import type { Context } from '../kernel/context.ts'
import { readExisting, type State, write } from '../kernel/state.ts'

/** An upgrade's work. Each part runs in the one block in which the upgrade takes effect. */
export interface UpgradeHandler {
  /** Must the node be started anew, because something is to be done before it runs? */
  readonly needsRestart: boolean
  /** Before the services begin the block. */
  beginBlock?(ctx: Context): void
  /** After the services ended the block. */
  endBlock?(ctx: Context): void
}

/**
 * Changes some of a service's parameters. An upgrade stands above the services as the genesis
 * document does: it alone writes what belongs to others, and what their own rules would refuse.
 */
export function changeParameters<P extends object>(
  state: State,
  table: StateTable<readonly [], readonly [], P>,
  changes: Partial<P>,
): void {
  write(state, table, [], { ...readExisting(state, table), ...changes })
}
