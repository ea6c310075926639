/**
 * Every way in which `debug byzantine executor` misbehaves, and what the specification says of the
 * round in which it does: three workers, three backup workers, and one of the former is not honest.
 */

import type { Ending } from '@wadi/sim/written-round'

/** Where the node sits in round 3. */
export type Seat = 'worker' | 'scheduler' | 'worker and backup worker'

/** What its vote is beside its scheduler's, if it has one. */
export type Vote = 'right' | 'wrong' | 'failure' | 'none'

/** What it pays for, in the end. */
export type Offence = 'results' | 'equivocation' | 'liveness'

/** One of them. */
export interface ByzantineCase {
  readonly name: string
  readonly mode: string
  readonly flags?: readonly string[]
  readonly seat: Seat
  readonly allowedStragglers?: number
  readonly ending: Ending
  /** Whose proposal counts: 0 is the primary scheduler's. */
  readonly rank: bigint
  /** How the workers were found not to agree: by their votes, or when time was up. */
  readonly discrepancy: 'none' | 'votes' | 'timeout'
  readonly vote: Vote
  /** Chance decides how the round ends, and whether anybody disagrees; the tables hold anyway. */
  readonly isChance?: boolean
  readonly pays: readonly Offence[]
}

/** Who is away afterwards. */
const AWAY = ['liveness'] as const
const RESOLVED = { ending: 'finalized', rank: 0n, pays: AWAY } as const
/** The next one proposes, and the one who did not is waited for until time is up. */
const PASSED_ON = {
  ending: 'finalized',
  rank: 1n,
  discrepancy: 'timeout',
  vote: 'none',
  pays: AWAY,
} as const

type Row = Omit<ByzantineCase, 'name' | 'seat'>

function named(seat: Seat, rows: readonly Row[]): readonly ByzantineCase[] {
  return rows.map((row) => {
    const { mode, flags = [], allowedStragglers = 0 } = row
    const more = [...flags, ...(allowedStragglers > 0 ? ['stragglers allowed'] : [])]
    return { ...row, seat, name: [mode, ...more, `of a ${seat}`].join(' ') }
  })
}

/** Of a worker that has to execute what another one proposes. */
export const WORKERS: readonly ByzantineCase[] = named('worker', [
  { ...RESOLVED, mode: 'executor_honest', discrepancy: 'none', vote: 'right' },
  {
    ...RESOLVED,
    mode: 'executor_dishonest',
    discrepancy: 'votes',
    vote: 'wrong',
    pays: ['results', 'liveness'],
  },
  {
    ...RESOLVED,
    mode: 'executor_wrong_io',
    discrepancy: 'votes',
    vote: 'wrong',
    pays: ['results', 'liveness'],
  },
  // The chain takes what comes first; others have heard of both.
  {
    ...RESOLVED,
    mode: 'executor_equivocation',
    discrepancy: 'none',
    vote: 'right',
    pays: ['equivocation', 'liveness'],
  },
  { ...RESOLVED, mode: 'executor_straggler', discrepancy: 'timeout', vote: 'none' },
  { ...RESOLVED, mode: 'executor_failure_indicating', discrepancy: 'votes', vote: 'failure' },
  { ...RESOLVED, mode: 'executor_runaway', discrepancy: 'timeout', vote: 'none' },
  { ...RESOLVED, mode: 'executor_invalid_batch_hash', discrepancy: 'timeout', vote: 'none' },
])

/** Of the one whose turn it is to propose. */
export const SCHEDULERS: readonly ByzantineCase[] = named('scheduler', [
  { ...RESOLVED, mode: 'executor_honest', discrepancy: 'none', vote: 'right' },
  {
    mode: 'executor_dishonest',
    ending: 'badSchedulerCommitment',
    rank: 0n,
    discrepancy: 'votes',
    vote: 'right',
    pays: AWAY,
  },
  {
    mode: 'executor_wrong_io',
    ending: 'badSchedulerCommitment',
    rank: 0n,
    discrepancy: 'votes',
    vote: 'right',
    pays: AWAY,
  },
  { ...PASSED_ON, mode: 'executor_straggler' },
  // Nobody may say of its own proposal that it failed: the chain refuses that.
  { ...PASSED_ON, mode: 'executor_failure_indicating' },
  { ...PASSED_ON, mode: 'executor_runaway' },
  { ...PASSED_ON, mode: 'executor_invalid_batch_hash' },
  {
    mode: 'executor_honest',
    flags: ['--executor.propose_bogus_tx'],
    ending: 'insufficientVotes',
    rank: 0n,
    discrepancy: 'timeout',
    vote: 'right',
    pays: AWAY,
  },
  // Some hear of the one proposal first, and some of the other.
  {
    ...RESOLVED,
    mode: 'executor_equivocation',
    discrepancy: 'none',
    vote: 'right',
    isChance: true,
    pays: ['equivocation', 'liveness'],
  },
])

/** Where somebody may be missing, and where somebody is missing twice. */
export const OTHERS: readonly ByzantineCase[] = [
  ...named('worker', [
    {
      ...RESOLVED,
      mode: 'executor_straggler',
      allowedStragglers: 1,
      discrepancy: 'none',
      vote: 'none',
    },
    {
      ...RESOLVED,
      mode: 'executor_failure_indicating',
      allowedStragglers: 1,
      discrepancy: 'none',
      vote: 'failure',
    },
  ]),
  ...named('scheduler', [
    { ...PASSED_ON, mode: 'executor_straggler', allowedStragglers: 1, discrepancy: 'none' },
    { ...PASSED_ON, mode: 'executor_runaway', allowedStragglers: 1, discrepancy: 'none' },
  ]),
  ...named('worker and backup worker', [
    { ...RESOLVED, mode: 'executor_straggler', discrepancy: 'timeout', vote: 'none' },
    {
      ...RESOLVED,
      mode: 'executor_dishonest',
      discrepancy: 'votes',
      vote: 'wrong',
      pays: ['results', 'liveness'],
    },
  ]),
]

const CORRUPT = '--storage.corrupt_get_diff'

/** Of who is honest in rounds, and serves states as a liar does; such a node stays. */
export const SERVERS: readonly ByzantineCase[] = named(
  'worker',
  [[CORRUPT], [CORRUPT, '--storage.fail_read_requests']].map((flags) => {
    const mode = 'executor_honest'
    return { ...RESOLVED, mode, flags, discrepancy: 'none', vote: 'right', pays: [] } as const
  }),
)
