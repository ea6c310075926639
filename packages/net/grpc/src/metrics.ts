/** What is counted of calls, under the reference's names. */

import { counter, defineMetrics, type MetricsRegistry, summary } from '@wadi/base/metrics'
import type { CallObserver } from './callObserver.ts'

const MS_PER_SECOND = 1000
const labels = ['call'] as const

export const grpcServerMetrics = defineMetrics('grpc', {
  calls: counter('Number of gRPC calls.', { name: 'oasis_grpc_server_calls', labels }),
  latency: summary('gRPC call latency (seconds).', { name: 'oasis_grpc_server_latency', labels }),
  streamWrites: counter('Number of gRPC stream writes.', {
    name: 'oasis_grpc_server_stream_writes',
    labels,
  }),
})

export const grpcClientMetrics = defineMetrics('grpc', {
  calls: counter('Number of gRPC calls.', { name: 'oasis_grpc_client_calls', labels }),
  latency: summary('gRPC call latency (seconds).', { name: 'oasis_grpc_client_latency', labels }),
  streamWrites: counter('Number of gRPC stream writes.', {
    name: 'oasis_grpc_client_stream_writes',
    labels,
  }),
})

function observe(
  registry: MetricsRegistry,
  table: typeof grpcServerMetrics | typeof grpcClientMetrics,
): CallObserver {
  const counted = registry.register(table)
  return {
    begun: (call) => counted.calls.add(1, { call }),
    ended: (call, _code, ms) => counted.latency.observe(ms / MS_PER_SECOND, { call }),
    streamed: (call) => counted.streamWrites.add(1, { call }),
  }
}

/** Counts the calls of servers; one for all servers of a process. */
export function countServers(registry: MetricsRegistry): CallObserver {
  return observe(registry, grpcServerMetrics)
}

/** Counts the calls of clients; one for all channels of a process. */
export function countClients(registry: MetricsRegistry): CallObserver {
  return observe(registry, grpcClientMetrics)
}
