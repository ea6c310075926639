/** What a seed decides: the network, what goes wrong in it, and when. */

import type { ByzantineKind, CrashClass, WeatherClass } from './faultClasses.ts'

/** Milliseconds since the world began, from and up to. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Messages suffer, between all nodes or on one way. */
export interface WeatherFault extends Span {
  readonly kind: 'weather'
  readonly class: WeatherClass
  /** Undefined: everywhere. */
  readonly way: readonly [from: number, to: number] | undefined
  /** Of a delay the longest in milliseconds, otherwise messages of a million. */
  readonly amount: number
}

/** Nothing gets from one side to the other. */
export interface CutFault extends Span {
  readonly kind: 'cut'
  readonly class: 'partition' | 'one-way-partition'
  /** Who is cut off from the others; one way: whom the others do not hear. */
  readonly side: readonly number[]
}

export interface ClockFault {
  readonly kind: 'jump'
  readonly atMs: number
  readonly node: number
  readonly ms: number
}

/** A process ends, and begins anew. */
export interface CrashFault extends Span {
  readonly kind: 'crash'
  readonly class: CrashClass
  readonly node: number
  /** It ends at so manieth change of its disk from then on, or when so many bytes are written. */
  readonly after: number
}

/** Whatever arrives waits until what came before is done. */
export interface SlowFault extends Span {
  readonly kind: 'slow'
  readonly node: number
  readonly costMs: number
}

export type Fault = WeatherFault | CutFault | ClockFault | CrashFault | SlowFault

/** A validator that does not do what it should. */
export interface Byzantine {
  readonly node: number
  readonly kinds: readonly ByzantineKind[]
}

export type TopologyKind = 'full' | 'ring' | 'star'

export interface Plan {
  readonly seed: bigint
  /** Of each validator, in votes. */
  readonly powers: readonly bigint[]
  readonly topology: TopologyKind
  readonly links: readonly (readonly [number, number])[]
  readonly byzantine: readonly Byzantine[]
  /** The byzantine ones are a third or more: nobody promises that the honest ones agree. */
  readonly isBeyondLimit: boolean
  /** Honest ones that end for good when the others heal. */
  readonly lost: readonly number[]
  /** By how much each clock is wrong. */
  readonly skewsMs: readonly number[]
  readonly faults: readonly Fault[]
  /** When everything heals but what is byzantine or lost. */
  readonly healAtMs: number
  /** It goes on at least so long … */
  readonly endMs: number
  /** … and up to this height. */
  readonly heights: bigint
  /** Between transactions that somebody submits. */
  readonly transactionEveryMs: number
}
