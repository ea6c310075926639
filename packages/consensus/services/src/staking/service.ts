import type { Service } from '../kernel/service.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'
import { methods } from './methods.ts'

/** The ledger: accounts, delegations, fees and rewards. */
export const service: Service = {
  name: '100_staking',
  methods,
  subscriptions,
  priority: () => 1_000n,
  initChain,
  beginBlock,
  endBlock,
  violations,
}
