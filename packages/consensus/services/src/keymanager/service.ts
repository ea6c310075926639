import { beginBlock as beginChurp } from '../churp/blocks.ts'
import { initChain as initChurp } from '../churp/genesis.ts'
import { violations as churpViolations } from '../churp/invariants.ts'
import { methods as churpMethods } from '../churp/methods.ts'
import type { Service } from '../kernel/service.ts'
import { beginBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { methods } from './methods.ts'

/** The secrets of confidential runtimes, and behind them those that are shared. */
export const service: Service = {
  name: '999_keymanager',
  methods: { ...methods, ...churpMethods },
  priority: () => 50_000n,
  initChain: (ctx, request) => {
    initChain(ctx, request)
    initChurp(ctx, request)
  },
  beginBlock: (ctx) => {
    beginBlock(ctx)
    beginChurp(ctx)
  },
  *violations(state) {
    yield* violations(state)
    yield* churpViolations(state)
  },
}
