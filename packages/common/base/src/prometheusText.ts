/** What Prometheus reads: its text format 0.0.4, as a pure function of the counted families. */

import type { Family, Series } from './metrics.ts'

function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}

function formatSample(
  name: string,
  labels: readonly (readonly [string, string])[],
  value: number,
): string {
  const pairs = labels.map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  return `${name}${braces} ${formatNumber(value)}\n`
}

function formatSeries({ metric, shared }: Family, series: Series): string {
  const name = metric.name ?? ''
  const own = metric.labels.map((label, i) => [label, series.labels[i] ?? ''] as const)
  const labels = [...Object.entries(shared), ...own]
  if (metric.kind === 'counter' || metric.kind === 'gauge') {
    return formatSample(name, labels, series.value)
  }
  let text = ''
  if (metric.kind === 'histogram') {
    let below = 0
    for (const [i, bound] of metric.buckets.entries()) {
      below += series.bucketCounts[i] ?? 0
      text += formatSample(`${name}_bucket`, [...labels, ['le', formatNumber(bound)]], below)
    }
    text += formatSample(`${name}_bucket`, [...labels, ['le', '+Inf']], series.count)
  }
  text += formatSample(`${name}_sum`, labels, series.value)
  return text + formatSample(`${name}_count`, labels, series.count)
}

/** The page that is served under `/metrics`. */
export function formatMetrics(families: readonly Family[]): string {
  return families
    .map((family) => {
      const { name = '', kind, help } = family.metric
      const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${kind}\n`
      return head + family.series.map((series) => formatSeries(family, series)).join('')
    })
    .join('')
}
