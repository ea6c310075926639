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

function formatVerdict({ goal, state, reached }: Verdict): string {
  const figure = reached === undefined ? '' : ` (${reached.toFixed(2)})`
  return `  ${state === 'missed' ? 'MISSED' : state}${figure}: ${goal}`
}

export function formatResult(result: Result): string {
  const figures = result.figures.map(({ name, value, ratio }) => {
    const shown = formatValue(value).padStart(VALUE_WIDTH)
    return `  ${name.padEnd(NAME_WIDTH)}${shown}   × ${ratio.toFixed(2)}`
  })
  const absent = result.absent.map(({ name, why }) => `  ${name.padEnd(NAME_WIDTH)} absent: ${why}`)
  const head = `${result.scenario}  (${result.unit}; × ${result.yardstick})`
  return [head, ...figures, ...absent, ...result.verdicts.map(formatVerdict)].join('\n')
}

export function formatSlowdown({ contender, before, ratio, isFair }: Slowdown): string {
  const share = `SLOWER: × ${ratio.toFixed(2)}, before × ${before.toFixed(2)}`
  return `  ${share}: ${contender}${isFair ? '' : ' (not measured in turns)'}`
}
