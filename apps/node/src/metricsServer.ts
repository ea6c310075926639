/** What Prometheus asks a node for, and others who want to know whether it is of use. */

import { createServer } from 'node:http'
import { UnavailableError } from '@wadi/base/errors'
import type { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import type { Endpoint } from '@wadi/comet-p2p/sockets'
import { printIp } from '@wadi/primitives/ip'
import { type AskHealth, HEALTH_PATH, sendHealth } from './operations/health.ts'

const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const PAGE = `metrics are under /metrics, health is under ${HEALTH_PATH}\n`
const CONNECTIONS_MAX = 16
const REQUEST_MS_MAX = 10_000

/** A page that is served. */
export interface MetricsServer {
  /** Ends it at once. */
  close(): void
}

/** What is served, and where. */
export interface MetricsServerOptions {
  readonly metrics: MetricsRegistry
  readonly health: AskHealth
  readonly at: Endpoint
}

/** Serves metrics under `/metrics`, and health under `/health`; answers when it does. */
export function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { metrics, health } = options
  const { ip, port } = options.at
  const server = createServer({ requestTimeout: REQUEST_MS_MAX }, ({ url, method }, response) => {
    if (method === 'GET' && url === HEALTH_PATH) return void sendHealth(health, response)
    const isKnown = method === 'GET' && url === '/metrics'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': TEXT_TYPE })
    response.end(isKnown ? formatMetrics(metrics.collect()) : PAGE)
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
