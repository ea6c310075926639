import type { Service } from '../kernel/service.ts'
import { beginBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'
import { methods } from './methods.ts'

const PRIORITY = 50_000n
const NODE_PRIORITY = 60_000n

/** Entities, nodes and runtimes. */
export const service: Service = {
  name: '200_registry',
  methods,
  subscriptions,
  priority: (name) => (name === 'registry.RegisterNode' ? NODE_PRIORITY : PRIORITY),
  initChain,
  beginBlock,
  violations,
}
