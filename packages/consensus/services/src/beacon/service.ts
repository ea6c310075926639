import type { Service } from '../kernel/service.ts'
import { beginBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { methods } from './methods.ts'

/** Epochs and randomness. Its transactions come before all others. */
export const service: Service = {
  name: '000_beacon',
  methods,
  priority: () => 100_000n,
  initChain,
  beginBlock,
  violations,
}
