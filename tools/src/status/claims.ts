/**
 * What the house claims to do. Each claim names the tests that show it; without such tests it is
 * not claimed to work. README.md and `npm start` are made from this list.
 */

export type Claim = {
  readonly area: string
  /** What it does, as a sentence of its own without the full stop. */
  readonly does: string
  /** What the results are held against. */
  readonly against: string
  /** The test files that show it; none as long as it does not work. */
  readonly shownBy: readonly string[]
}

export const claims: readonly Claim[] = [
  {
    area: 'Foundation',
    does: 'errors, bytes, log, metrics, configuration, life cycles',
    against: "Buffer, TextEncoder and TextDecoder; Prometheus' text format",
    shownBy: [
      'packages/common/base/src/bytes.test.ts',
      'packages/common/base/src/config.test.ts',
      'packages/common/base/src/errors.test.ts',
      'packages/common/base/src/lifecycle.test.ts',
      'packages/common/base/src/metrics.test.ts',
    ],
  },
]
