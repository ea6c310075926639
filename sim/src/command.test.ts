import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { parseCommand } from './command.ts'

describe('the command', () => {
  it('runs one seed unless it is told otherwise', () => {
    const { which, jobs, options } = parseCommand([])
    assert.deepEqual(which, { kind: 'one', seed: 1n })
    assert.equal(jobs, 1)
    assert.equal(options.application, 'oasis')
    assert.equal(options.signatures, 'stand-in')
  })

  it('takes seeds, ranges, fresh ones, and those that failed', () => {
    assert.deepEqual(parseCommand(['--seed', '7']).which, { kind: 'one', seed: 7n })
    const range = { kind: 'range', from: 3n, to: 5n }
    assert.deepEqual(parseCommand(['--seeds', '3..5']).which, range)
    assert.deepEqual(parseCommand(['--fresh=180']).which, { kind: 'fresh', seconds: 180 })
    assert.deepEqual(parseCommand(['--regressions']).which, { kind: 'regressions' })
    const args = ['--validators', '7', '--byzantine', '2', '--minutes', '5', '--jobs', '2']
    const { options, jobs } = parseCommand(args)
    assert.deepEqual([options.validators, options.byzantine, options.minutes, jobs], [7, 2, 5, 2])
  })

  it('refuses what makes no sense', () => {
    for (const args of [
      ['--seed', 'x'],
      ['--seed=-1'],
      ['--seeds', '5..3'],
      ['--seeds', '5'],
      ['--validators', '1'],
      ['--validators', '201'],
      ['--validators', '4', '--byzantine', '4'],
      ['--minutes', '0'],
      ['--jobs', '0'],
      ['--application', 'other'],
      ['--signatures', 'none'],
    ])
      assert.throws(() => parseCommand(args), CodedError, args.join(' '))
  })
})
