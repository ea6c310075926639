/**
 * Metrics, each declared once with its help and labels. A shell counts what the rules returned;
 * the rules themselves do not. The text for Prometheus is a pure function of what was counted.
 */

import { assert } from './errors.ts'
import { METRIC_SERIES_MAX } from './limits.ts'

export type MetricKind = 'counter' | 'gauge' | 'histogram' | 'summary'

/** One metric as a `metrics.ts` declares it. `Names` are the names of its labels. */
export interface Metric<Kind extends MetricKind, Names extends string> {
  readonly kind: Kind
  readonly help: string
  /** The full name, where the reference has one; otherwise it follows from area and key. */
  readonly name: string | undefined
  readonly labels: readonly Names[]
  /** Upper bounds of a histogram's buckets, ascending. */
  readonly buckets: readonly number[]
}

export interface MetricOptions<Names extends string> {
  readonly name?: string
  readonly labels?: readonly Names[]
}

function declare<Kind extends MetricKind, Names extends string>(
  kind: Kind,
  help: string,
  { name, labels = [] }: MetricOptions<Names>,
  buckets: readonly number[] = [],
): Metric<Kind, Names> {
  assert(name === undefined || /^[a-z_][a-z0-9_]*$/.test(name), `${name} is no metric's name`)
  assert(
    labels.every((label) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)),
    `a label of "${help}" is no label's name`,
  )
  return { kind, help, name, labels, buckets }
}

/** A number that only grows. */
export function counter<const Names extends string = never>(
  help: string,
  options: MetricOptions<Names> = {},
): Metric<'counter', NoInfer<Names>> {
  return declare('counter', help, options)
}

/** A number that goes up and down. */
export function gauge<const Names extends string = never>(
  help: string,
  options: MetricOptions<Names> = {},
): Metric<'gauge', NoInfer<Names>> {
  return declare('gauge', help, options)
}

/** Sum and count of observations, as the reference's summaries without quantiles. */
export function summary<const Names extends string = never>(
  help: string,
  options: MetricOptions<Names> = {},
): Metric<'summary', NoInfer<Names>> {
  return declare('summary', help, options)
}

/** Seconds from 5 ms to 10 s, as Prometheus' own libraries have them. */
const BUCKETS_SECONDS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000].map(
  (ms) => ms / 1000,
)

/** How observations are spread; the buckets are for seconds unless said otherwise. */
export function histogram<const Names extends string = never>(
  help: string,
  options: MetricOptions<Names> & { readonly buckets?: readonly number[] } = {},
): Metric<'histogram', NoInfer<Names>> {
  const { buckets = BUCKETS_SECONDS } = options
  assert(
    buckets.every((bound, i) => i === 0 || bound > buckets[i - 1]!),
    'buckets ascend',
  )
  return declare('histogram', help, options, buckets)
}

type AnyMetric = Metric<MetricKind, string>

/** The metrics of a package by key, with their full names. */
export type MetricTable = Readonly<Record<string, AnyMetric>>

/** Names every metric: `wadi_<area>_<key in snake case>` unless the reference has a name for it. */
export function defineMetrics<const T extends MetricTable>(area: string, table: T): T {
  const named = Object.entries(table).map(([key, metric]) => {
    const snake = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return [key, { ...metric, name: metric.name ?? `wadi_${area}_${snake}` }]
  })
  return Object.fromEntries(named) as T
}

/** The labels of one observation: none for a metric without labels, else a value for each. */
type LabelArguments<Names extends string> = [Names] extends [never]
  ? []
  : [labels: Readonly<Record<Names, string>>]

/** What was counted of something that is no more can be forgotten. */
interface Forgetting<Names extends string> {
  /** All series go that have these values, so that there is room for others. */
  forget(labels: Readonly<Partial<Record<Names, string>>>): void
}

interface Instruments<Names extends string> {
  readonly counter: Forgetting<Names> & {
    add(amount: number, ...labels: LabelArguments<Names>): void
  }
  readonly gauge: Forgetting<Names> & {
    set(value: number, ...labels: LabelArguments<Names>): void
    add(amount: number, ...labels: LabelArguments<Names>): void
  }
  readonly summary: { observe(value: number, ...labels: LabelArguments<Names>): void }
  readonly histogram: { observe(value: number, ...labels: LabelArguments<Names>): void }
}

/** What a component counts with. */
export type InstrumentsOf<T extends MetricTable> = {
  readonly [K in keyof T]: T[K] extends Metric<infer Kind, infer Names>
    ? Instruments<Names>[Kind]
    : never
}

/** What was counted under one combination of label values. */
export interface Series {
  readonly labels: readonly string[]
  /** The number itself, or the sum of what was observed. */
  readonly value: number
  readonly count: number
  /** Observations per bucket of a histogram, each counted once. */
  readonly bucketCounts: readonly number[]
}

/** A metric with everything that was counted. */
export interface Family {
  readonly metric: AnyMetric
  /** Labels that all series have. */
  readonly shared: SharedLabels
  readonly series: readonly Series[]
}

/** Labels whose values do not change while a process runs: which chain it is on, for example. */
export type SharedLabels = Readonly<Record<string, string>>

interface OpenSeries {
  readonly labels: readonly string[]
  value: number
  count: number
  readonly bucketCounts: number[]
}

/** Under these values is counted what no longer fits {@link METRIC_SERIES_MAX} combinations. */
const OVERFLOW = 'other'

class OpenFamily implements Family {
  readonly metric: AnyMetric
  readonly shared: SharedLabels
  private readonly byLabels = new Map<string, OpenSeries>()
  /** Of a metric without labels. */
  private readonly only: OpenSeries | undefined

  constructor(metric: AnyMetric, shared: SharedLabels) {
    this.metric = metric
    this.shared = shared
    if (metric.labels.length === 0) this.only = this.at(undefined)
  }

  get series(): readonly Series[] {
    return [...this.byLabels.values()]
  }

  at(given: Readonly<Record<string, string>> | undefined): OpenSeries {
    if (this.only !== undefined) return this.only
    const { labels: names } = this.metric
    const labels = names.map((label) => given?.[label] ?? '')
    const key = names.length === 0 ? '' : JSON.stringify(labels)
    const known = this.byLabels.get(key)
    if (known !== undefined) return known
    const isFull = this.byLabels.size >= METRIC_SERIES_MAX - 1
    const kept = isFull ? labels.map(() => OVERFLOW) : labels
    const keptKey = isFull ? JSON.stringify(kept) : key
    const bucketCounts = this.metric.buckets.map(() => 0)
    const series = this.byLabels.get(keptKey) ?? { labels: kept, value: 0, count: 0, bucketCounts }
    this.byLabels.set(keptKey, series)
    return series
  }

  forget(given: Readonly<Record<string, string>>): void {
    const { labels: names } = this.metric
    const values = names.map((label) => given[label])
    assert(
      values.some((value) => value !== undefined),
      'what is forgotten is named',
    )
    for (const [key, { labels }] of this.byLabels)
      if (values.every((value, i) => value === undefined || value === labels[i]))
        this.byLabels.delete(key)
  }
}

type GivenLabels = Readonly<Record<string, string>>

function createInstrument(family: OpenFamily) {
  return {
    add(amount: number, labels?: GivenLabels) {
      assert(family.metric.kind === 'gauge' || amount >= 0, 'a counter only grows')
      family.at(labels).value += amount
    },
    forget(labels: GivenLabels) {
      family.forget(labels)
    },
    set(value: number, labels?: GivenLabels) {
      family.at(labels).value = value
    },
    observe(value: number, labels?: GivenLabels) {
      const series = family.at(labels)
      series.value += value
      series.count++
      const bucket = family.metric.buckets.findIndex((bound) => value <= bound)
      if (bucket >= 0) series.bucketCounts[bucket]!++
    },
  }
}

/** Everything that a process counts. */
export class MetricsRegistry {
  private readonly byName = new Map<string, OpenFamily>()
  private readonly byTable = new Map<MetricTable, object>()

  /** Takes in the metrics of a package; a name that is taken already stops the program. */
  register<T extends MetricTable>(table: T, shared: SharedLabels = {}): InstrumentsOf<T> {
    const instruments = Object.entries(table).map(([key, metric]) => {
      const { name } = metric
      assert(name !== undefined, `${key} went not through defineMetrics`)
      assert(!this.byName.has(name), `the metric ${name} is registered twice`)
      const family = new OpenFamily(metric, shared)
      this.byName.set(name, family)
      return [key, createInstrument(family)]
    })
    return Object.fromEntries(instruments) as InstrumentsOf<T>
  }

  /** As `register`, for a part of which there are several: all of them count in one place. */
  registerOnce<T extends MetricTable>(table: T): InstrumentsOf<T> {
    const known = this.byTable.get(table) ?? this.register(table)
    this.byTable.set(table, known)
    return known as InstrumentsOf<T>
  }

  /** The families by name. */
  collect(): readonly Family[] {
    const entries = [...this.byName].sort(([a], [b]) => (a < b ? -1 : 1))
    return entries.map(([, family]) => family)
  }
}
