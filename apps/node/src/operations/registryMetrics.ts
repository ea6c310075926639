/** What the registry has, under the reference's names. */

import { isTold } from '@wadi/base/errors'
import { defineMetrics, gauge, type InstrumentsOf } from '@wadi/base/metrics'
import type { NodeApi } from '@wadi/node-api/node-api'

/** Names and kinds are the reference's. */
export const registryMetrics = defineMetrics('registry', {
  entities: gauge('Entities in the registry.', { name: 'oasis_registry_entities' }),
  nodes: gauge('Nodes in the registry.', { name: 'oasis_registry_nodes' }),
  runtimes: gauge('Runtimes in the registry.', { name: 'oasis_registry_runtimes' }),
})

/** What is counted with. */
export type RegistryInstruments = InstrumentsOf<typeof registryMetrics>

const LAST_HEIGHT = 0n

/** Counts what a node knows of the registry; one without a state knows nothing, and none is set. */
export function measureRegistry(to: RegistryInstruments, methods: NodeApi['methods']): void {
  const runtimes = { height: LAST_HEIGHT, includeSuspended: false }
  const counts = [
    [to.entities, 'Registry/GetEntities', LAST_HEIGHT],
    [to.nodes, 'Registry/GetNodes', LAST_HEIGHT],
    [to.runtimes, 'Registry/GetRuntimes', runtimes],
  ] as const
  try {
    for (const [instrument, name, question] of counts) {
      const answer = methods[name]?.answer(question, {})
      if (Array.isArray(answer)) instrument.set(answer.length)
    }
  } catch (error) {
    if (!isTold(error)) throw error
  }
}
