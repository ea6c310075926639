/** A result as a person reads it. */

import type { Slowdown } from './baseline.ts'
import type { Result, Verdict } from './measure.ts'

const NAME_WIDTH = 44
const VALUE_WIDTH = 12

function formatValue(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`
  return value.toFixed(1)
}

/** Two decimals, or two digits where these would say nothing. */
function formatRatio(ratio: number): string {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)
}

function formatVerdict({ goal, state, reached }: Verdict): string {
  const figure = reached === undefined ? '' : ` (${reached.toFixed(2)})`
  return `  ${state === 'missed' ? 'MISSED' : state}${figure}: ${goal}`
}

export function formatResult(result: Result): string {
  const figures = result.figures.map(({ name, value, ratio }) => {
    const shown = formatValue(value).padStart(VALUE_WIDTH)
    return `  ${name.padEnd(NAME_WIDTH)}${shown}   × ${formatRatio(ratio)}`
  })
  const absent = result.absent.map(({ name, why }) => `  ${name.padEnd(NAME_WIDTH)} absent: ${why}`)
  const notes = result.notes.map(({ name, note }) => `  ${name}: ${note}`)
  const head = `${result.scenario}  (${result.unit}; × ${result.yardstick})`
  return [head, ...figures, ...absent, ...notes, ...result.verdicts.map(formatVerdict)].join('\n')
}

export function formatSlowdown({ contender, before, ratio, isFair }: Slowdown): string {
  const share = `SLOWER: × ${ratio.toFixed(2)}, before × ${before.toFixed(2)}`
  return `  ${share}: ${contender}${isFair ? '' : ' (not measured in turns)'}`
}
