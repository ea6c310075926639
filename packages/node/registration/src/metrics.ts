import { defineMetrics, gauge, type InstrumentsOf, type MetricsRegistry } from '@wadi/base/metrics'

/** Names, kinds and labels are the reference's. */
export const registrationMetrics = defineMetrics('registration', {
  registered: gauge('Is the node registered?', {
    name: 'oasis_worker_node_registered',
  }),
  frozen: gauge('Is the node frozen?', { name: 'oasis_worker_node_status_frozen' }),
  eligible: gauge('May the node be elected?', {
    name: 'oasis_worker_node_registration_eligible',
  }),
  runtimeFaults: gauge('How often the node failed a runtime lately.', {
    name: 'oasis_worker_node_status_runtime_faults',
    labels: ['runtime'],
  }),
  runtimeSuspended: gauge('Is the node left out of a runtime for that?', {
    name: 'oasis_worker_node_status_runtime_suspended',
    labels: ['runtime'],
  }),
})

/** What registration counts with. */
export type RegistrationMetrics = InstrumentsOf<typeof registrationMetrics>

/** Registers the metrics. */
export function countRegistration(metrics: MetricsRegistry): RegistrationMetrics {
  return metrics.register(registrationMetrics)
}
