/** The reference's metrics that no node of ours has, and why. Whatever is not here, is there. */

/** Some of them, by name. */
export interface AbsentMetrics {
  readonly why: string
  readonly names: readonly string[]
}

const TEE = ['failed', 'performed', 'successful']

const CHURP = [
  'committee_size',
  'confirmed_applications_total',
  'enclave_rpc_failures_total',
  'enclave_rpc_latency_seconds',
  'extra_shares_number',
  'handoff_interval',
  'handoff_number',
  'next_handoff_number',
  'submitted_applications_total',
  'threshold_number',
]

const BALANCER = ['healthy_instance_count', 'requests']

export const absentMetrics: readonly AbsentMetrics[] = [
  {
    why: 'No program runs in an enclave here, so that there is nothing to attest.',
    names: TEE.map((name) => `oasis_tee_attestations_${name}`),
  },
  {
    why: 'CHURP runs in enclaves of key managers; ours have none.',
    names: CHURP.map((name) => `oasis_worker_keymanager_churp_${name}`),
  },
  {
    why: 'One instance of a runtime answers here: `runtime.load_balancer` is not heeded yet.',
    names: BALANCER.map((name) => `oasis_worker_client_lb_${name}`),
  },
]
