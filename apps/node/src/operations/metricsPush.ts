/** Sends metrics to a Pushgateway again and again; only tests want that. */

import type { Logger } from '@wadi/base/log'
import type { MetricsRegistry } from '@wadi/base/metrics'
import { formatMetrics } from '@wadi/base/prometheusText'
import type { Timer, Timers } from '@wadi/base/timers'
import { PUSH_MS_MAX } from './limits.ts'

/** Where to, and what. */
export interface MetricsPushOptions {
  readonly metrics: MetricsRegistry
  readonly timers: Timers
  readonly log: Logger
  /** With or without `http://` before it. */
  readonly address: string
  readonly jobName: string
  readonly labels: ReadonlyMap<string, string>
  readonly softwareVersion: string
  readonly intervalMs: number
}

const TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const VERSION_LABEL = 'software_version'
const NOTHING = '='

/** The path of a group: a value that is empty or has a slash goes as base64. */
function pathOf(name: string, value: string): string {
  if (value === '') return `${name}@base64/${NOTHING}`
  if (!value.includes('/')) return `${name}/${encodeURIComponent(value)}`
  return `${name}@base64/${Buffer.from(value).toString('base64url')}`
}

/** Where the metrics of a job with these labels are put. */
export function pushUrl({
  address,
  jobName,
  labels,
  softwareVersion,
}: Pick<MetricsPushOptions, 'address' | 'jobName' | 'labels' | 'softwareVersion'>): string {
  const base = /^https?:\/\//.test(address) ? address : `http://${address}`
  const all = new Map([[VERSION_LABEL, softwareVersion], ...labels])
  const paths = [...all].map(([name, value]) => pathOf(name, value))
  return [`${base.replace(/\/+$/, '')}/metrics`, pathOf('job', jobName), ...paths].join('/')
}

/** See the top of this file. */
export class MetricsPush {
  readonly #options: MetricsPushOptions
  readonly #life = new AbortController()
  #timer: Timer | undefined

  constructor(options: MetricsPushOptions) {
    this.#options = options
  }

  start(): void {
    const { timers, intervalMs } = this.#options
    this.#timer = timers.after(intervalMs, () => void this.#push())
  }

  stop(): void {
    this.#life.abort()
    this.#timer?.cancel()
  }

  async #push(): Promise<void> {
    const { metrics, log } = this.#options
    try {
      const { status } = await fetch(pushUrl(this.#options), {
        method: 'PUT',
        headers: { 'content-type': TEXT_TYPE },
        body: formatMetrics(metrics.collect()),
        signal: AbortSignal.any([this.#life.signal, AbortSignal.timeout(PUSH_MS_MAX)]),
      })
      if (status >= 300) log.warn('the Pushgateway refuses the metrics', { status })
    } catch (error) {
      if (!this.#life.signal.aborted)
        log.warn('the Pushgateway cannot be reached', { why: String(error) })
    }
    if (!this.#life.signal.aborted) this.start()
  }
}
