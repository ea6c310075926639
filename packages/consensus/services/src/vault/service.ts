import type { Service } from '../kernel/service.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'
import { methods } from './methods.ts'
import { parametersOf } from './queries.ts'

/** Vaults: accounts that several addresses decide about. */
export const service: Service = {
  name: '400_vault',
  methods,
  subscriptions,
  isEnabled: ({ state }) => parametersOf(state).enabled,
  priority: () => 5_000n,
  initChain,
  violations,
}
