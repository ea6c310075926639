/** Services that measure how long they take. */

import type { Context } from '@wadi/consensus-services/kernel/context'
import type { Method } from '@wadi/consensus-services/kernel/method'
import type { Service } from '@wadi/consensus-services/kernel/service'

/** Seconds of a service: in transactions, and at the ends of blocks. */
export interface ServiceTime {
  transactions: number
  blocks: number
}

const MS_PER_SECOND = 1000

function timed<T>(time: ServiceTime, what: keyof ServiceTime, run: () => T): T {
  const begun = performance.now()
  try {
    return run()
  } finally {
    time[what] += (performance.now() - begun) / MS_PER_SECOND
  }
}

/** The same services, and their times so far. What one calls of another counts as its own. */
export function timeServices(services: readonly Service[]): {
  readonly services: readonly Service[]
  readonly times: ReadonlyMap<string, ServiceTime>
} {
  const times = new Map(services.map(({ name }) => [name, { transactions: 0, blocks: 0 }]))
  const wrapped = services.map((service): Service => {
    const time = times.get(service.name)!
    const wrap = (method: Method): Method => ({
      ...method,
      run: (ctx: Context, body) => timed(time, 'transactions', () => method.run(ctx, body)),
    })
    const { beginBlock, endBlock } = service
    return {
      ...service,
      methods: Object.fromEntries(
        Object.entries(service.methods).map(([name, method]) => [name, wrap(method)]),
      ),
      ...(beginBlock && { beginBlock: (ctx) => timed(time, 'blocks', () => beginBlock(ctx)) }),
      ...(endBlock && { endBlock: (ctx) => timed(time, 'blocks', () => endBlock(ctx)) }),
    }
  })
  return { services: wrapped, times }
}
