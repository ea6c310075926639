import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { againOf, parseCommand } from './command.ts'
import { FAULT_CLASSES } from './plan/faultClasses.ts'
import { addTo, failureText, newTotals, totalsText } from './report.ts'
import { runSeed, type SeedResult } from './run/runSeed.ts'
import { firstRoundOnly } from './testing/bugs.ts'

const GOOD: SeedResult = {
  seed: 7n,
  violations: [],
  tolerated: 0,
  simulatedMs: 120_000,
  height: 60n,
  applied: 240,
  digest: 'same',
  happened: [['loss', 3]],
  logs: [],
}
const BAD: SeedResult = {
  ...GOOD,
  seed: 8n,
  simulatedMs: 61_260,
  violations: [
    { checker: 'agreement', why: 'height 5: node 0 has aa, node 1 bb', atMs: 61_240 },
    { checker: 'stateRoot', why: 'height 5: another', atMs: 61_250 },
  ],
  logs: [['info one height=4', 'warn two'], [], ['info three']],
}

describe('what is printed of a seed that failed', () => {
  it('is checker, commit, virtual time, the last lines of each node, and the command', () => {
    const again = againOf(['--seeds', '1..9', '--validators', '3'], BAD.seed)
    assert.equal(
      failureText(BAD, { commit: 'abc123', again }),
      `seed 8 failed: agreement at 61.2 s
  agreement: height 5: node 0 has aa, node 1 bb
  stateRoot: height 5: another
  commit abc123
  again: npm run -s sim -- --seed 8 --validators 3
  node 0
    info one height=4
    warn two
  node 1
  node 2
    info three
`,
    )
  })

  it('runs the same again when its command is read by the program', () => {
    const args = ['--seeds', '1..4', '--application', 'kvstore', '--minutes=1', '--jobs', '2']
    const { options } = parseCommand(args)
    // The planted fault is the one thing that the command line does not say.
    const run = (seed: bigint, asked: typeof options) =>
      runSeed(seed, { ...asked, bug: firstRoundOnly })
    const failed = run(2n, options)
    const printed = failureText(failed, { commit: 'abc', again: againOf(args, 2n) })
    const [, line = ''] = /^ {2}again: npm run -s sim -- (.*)$/m.exec(printed) ?? []
    const { which, options: same } = parseCommand(line.split(' '))
    assert.ok(which.kind === 'one')
    const again = run(which.seed, same)
    assert.deepEqual(again, failed)

    const lines = printed.split('\n')
    const [{ checker, why, atMs } = { checker: '', why: '', atMs: 0 }] = failed.violations
    assert.equal(checker, 'stopped')
    assert.equal(lines[0], `seed 2 failed: stopped at ${(atMs / 1000).toFixed(1)} s`)
    assert.ok(printed.includes(`  stopped: ${why}`))
    assert.match(why, /a height is decided in its first round/)
    assert.equal(failed.logs.length, lines.filter((one) => /^ {2}node \d+$/.test(one)).length)
    assert.match(printed, /\n {4}info applied a block height=/)
  })
})

describe('what is printed at last', () => {
  it('is in how many seeds what went wrong, the speed, and how many passed', () => {
    const totals = newTotals()
    addTo(totals, GOOD)
    addTo(totals, { ...BAD, happened: [...GOOD.happened, ['crash', 1]] })
    addTo(totals, { ...GOOD, seed: 9n, tolerated: 2, happened: [['beyond-limit', 1]] })
    const lines = totalsText(totals, 3000, 1500).split('\n')
    assert.equal(lines[0], 'seeds in which it happened:')
    const histogram = lines.slice(1, 1 + FAULT_CLASSES.length).map((line) => line.trim())
    assert.deepEqual(
      histogram.map((line) => line.split(/ +/).slice(0, 2)),
      FAULT_CLASSES.map((name) => {
        const counts = new Map<string, string>(
          Object.entries({ loss: '2', crash: '1', 'beyond-limit': '1' }),
        )
        return [name, counts.get(name) ?? '0']
      }),
    )
    assert.match(histogram.find((line) => line.startsWith('loss')) ?? '', / 66\.7 %$/)
    assert.deepEqual(lines.slice(1 + FAULT_CLASSES.length), [
      'forks or stops beyond the limit, which may be: 1 seeds',
      '301.3 s simulated in 1.5 s, 3.0 s of CPU: 100.4 × per CPU',
      '180 heights, 720 blocks applied: 240 blocks a CPU second',
      '3 seeds, 2 passed',
      '',
    ])
  })
})
