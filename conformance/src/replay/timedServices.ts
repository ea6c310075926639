/** Services that measure how long they take. */

import type { Service } from '@wadi/consensus-services/kernel/service'
import { type Around, aroundServices, plainName } from './aroundServices.ts'

/** Seconds of a service: in transactions, and at the ends of blocks. */
export interface ServiceTime {
  transactions: number
  blocks: number
}

const MS_PER_SECOND = 1000

/** The same services, and their times so far. What one asks another counts as its own. */
export function timeServices(services: readonly Service[]): {
  readonly services: readonly Service[]
  readonly times: ReadonlyMap<string, ServiceTime>
} {
  const times = new Map(
    services.map(({ name }) => [plainName(name), { transactions: 0, blocks: 0 }]),
  )
  const around: Around = ({ service, kind }, run) => {
    if (kind === 'question' || kind === 'initChain') return run()
    const begun = performance.now()
    try {
      return run()
    } finally {
      const seconds = (performance.now() - begun) / MS_PER_SECOND
      times.get(service)![kind === 'method' ? 'transactions' : 'blocks'] += seconds
    }
  }
  return { services: aroundServices(services, around), times }
}
