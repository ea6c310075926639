import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { ROWS_MAX } from '../limits.ts'
import { Person } from '../testing/runWadi.ts'

describe('wadi committee-size', () => {
  const person = new Person()
  after(() => person.remove())
  const run = (line: string) => person.run(`committee-size ${line}`.trim().split(' '))

  it('compares the three kinds of committees, without a network', async () => {
    const { code, out } = await run('--byzantine 10,33.3 --once-in 1000000')
    assert.equal(code, 0)
    assert.deepEqual(out.trimEnd().split('\n'), [
      'BYZANTINE          WRONG AT MOST    DETECTION  MAJORITY  TWO THIRDS  LESS WORK',
      '10% (10 of 100)    once in 1000000  6          17        28          2.8 times',
      '33.3% (33 of 100)  once in 1000000  12         61        100         5.0 times',
    ])
  })

  it('tells programs the same', async () => {
    const { out } = await run('--pool 9 --byzantine 100 --once-in 7 --output json')
    const row = { byzantine_percent: '100', byzantine: 9, once_in: '7' }
    assert.deepEqual(JSON.parse(out), { pool: 9, rows: [row] })
  })

  it('refuses what makes no sense, and says what would', async () => {
    const many = Array(ROWS_MAX + 1).fill('1')
    const refusals: readonly (readonly [line: string, said: RegExp])[] = [
      ['--pool 0', /a pool of 0 nodes; give a number from 1 to 2000$/],
      ['--pool 2001', /a pool of 2001 nodes; give/],
      ['--byzantine 100.1', /--byzantine has "100.1"; give percentages up to 100/],
      ['--byzantine -1', /--byzantine/],
      ['--byzantine 1e1', /--byzantine has "1e1"; give/],
      ['--once-in 0', /once in 0; give a number from 1 to/],
      ['--once-in 2.5', /--once-in has "2.5"; give whole numbers/],
      [`--once-in ${many}`, /--once-in has 21 numbers; give 20 at most$/],
    ]
    for (const [line, said] of refusals) {
      const { code, out, err } = await run(line)
      assert.notEqual(code, 0, line)
      assert.equal(out, '')
      assert.match(err.trimEnd(), said)
    }
    assert.equal((await run(`--once-in ${many.slice(1)}`)).code, 0)
  })
})
