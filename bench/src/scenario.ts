/** What a benchmark is. Each file of `bench/scenarios/` exports a list of them as `scenarios`. */

/** Somebody who does the work and is timed by the harness, in turns with the others. */
export type Runner = {
  readonly name: string
  /** Does the work once. What it returns is only awaited if it is a promise. */
  run(): unknown
  /** How many operations one call does; 1 unless said otherwise. */
  readonly operations?: number
}

/** Somebody who measures himself: another process, or another figure than time. */
export type Meter = {
  readonly name: string
  /** The figure, in the scenario's unit. */
  measure(): number | Promise<number>
  /** What else there is to tell after the measurement, in words. */
  note?(): string
}

/** Somebody who works elsewhere, a round whenever the harness tells him to, in turns. */
export type Partner = {
  readonly name: string
  /** The figure of one more round, in the scenario's unit. */
  round(): Promise<number>
  /** Called after the last round. */
  close(): void
  /** What else there is to tell after the last round, in words. */
  note?(): string
}

/** Somebody who cannot take part on this machine; the reason is printed. */
export type Absentee = {
  readonly name: string
  readonly absent: string
}

export type Contender = Runner | Partner | Meter | Absentee

/** What a contender has to reach. */
export type Goal =
  /** So many times the figure of another contender. */
  | { readonly contender: string; readonly atLeast: number; readonly times: string }
  /** Not more than so many times the figure of another contender. */
  | { readonly contender: string; readonly atMost: number; readonly times: string }
  /** No less than this, in the scenario's unit. */
  | { readonly contender: string; readonly atLeast: number }
  /** No more than this, in the scenario's unit. */
  | { readonly contender: string; readonly atMost: number }

export type Scenario = {
  /** Most significant word first: `sha512-256/100-bytes`. */
  readonly name: string
  /** Operations per second of the processor unless said otherwise. */
  readonly unit?: string
  /** The contender whose figure the ratios refer to; a hash of 1 KiB where there is none. */
  readonly yardstick?: string
  readonly goals: readonly Goal[]
  /** How often contenders take turns, where the usual number is too few for a goal this close. */
  readonly rounds?: number
  /** Prepares the work, and checks that all contenders come to the same results. */
  create(): readonly Contender[] | Promise<readonly Contender[]>
}
