/** What Prometheus asks a node for. */

import { createServer } from 'node:http'
import { UnavailableError } from '@wadi/base/errors'
import type { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import type { Endpoint } from '@wadi/comet-p2p/sockets'
import { printIp } from '@wadi/primitives/ip'

const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const CONNECTIONS_MAX = 16
const REQUEST_MS_MAX = 10_000

/** A page that is served. */
export interface MetricsServer {
  /** Ends it at once. */
  close(): void
}

/** Serves metrics under `/metrics`; answers when it does. */
export function serveMetrics(
  metrics: MetricsRegistry,
  { ip, port }: Endpoint,
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: REQUEST_MS_MAX }, ({ url, method }, response) => {
    const isKnown = method === 'GET' && url === '/metrics'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': TEXT_TYPE })
    response.end(isKnown ? formatMetrics(metrics.collect()) : 'metrics are under /metrics\n')
  })
  server.maxConnections = CONNECTIONS_MAX
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `metrics: cannot listen on ${printIp(ip)}:${port}: ${cause.message}`
      reject(new UnavailableError('node.metrics', message, { cause }))
    })
    const close = () => {
      server.close()
      server.closeAllConnections()
    }
    server.listen({ host: printIp(ip), port }, () => resolve({ close }))
  })
}
