/** What a test process reports, and how a run of several of them is told to a person. */

export type Counts = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export type Failure = {
  readonly kind: 'failure'
  readonly name: string
  /** `file:line:column`, or empty where the runner does not know. */
  readonly place: string
  readonly error: string
}

/** One line of a test process's report. */
export type ReportLine =
  | Failure
  | ({ readonly kind: 'counts' } & Counts)
  | { readonly kind: 'times'; readonly ms: Readonly<Record<string, number>> }

/** What came of a set of test files. */
export type Outcome = Counts & {
  /** Everything a person has to see: failures, and what the tests themselves printed. */
  readonly details: string
  readonly isGood: boolean
}

export const NO_COUNTS: Counts = { passed: 0, failed: 0, skipped: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}

/** The closing line of every run: `12 passed, 0 failed`. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  const tail = skipped === 0 ? '' : `, ${skipped} skipped`
  return `${passed} passed, ${failed} failed${tail}`
}

export function formatFailure({ name, place, error }: Failure): string {
  const indented = error.replaceAll('\n', '\n    ')
  return `  FAILED ${name}\n    ${place}\n    ${indented}\n`
}
