/** Where in a block something happens, and in what order that is. */

/** A transaction is its place in the block, from 0 on. */
export type Phase = 'init' | 'begin' | number | 'end'

const ORDER = { init: -2, begin: -1, end: Number.POSITIVE_INFINITY } as const

function orderOf(phase: Phase): number {
  return typeof phase === 'number' ? phase : ORDER[phase]
}

/** Negative if `a` comes before `b`. */
export function comparePhases(a: Phase, b: Phase): number {
  return a === b ? 0 : orderOf(a) - orderOf(b)
}

/** The phases around the transactions, in words. */
export const PHASES = {
  init: 'the beginning of the chain (InitChain)',
  begin: 'the beginning of the block (BeginBlock)',
  end: 'the end of the block (EndBlock)',
} as const
