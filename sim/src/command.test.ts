import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { againOf, parseCommand } from './command.ts'

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

/** The arguments of a line that the program prints for a shell. */
function argumentsOf(line: string): readonly string[] {
  const [start, ...args] = line.split(' -- ')
  assert.equal(start, 'npm run -s sim')
  return args.join(' -- ').split(' ')
}

describe('the command that runs a seed again', () => {
  it('keeps everything but which seeds, and how many at once', () => {
    const args = ['--seeds', '1..9', '--jobs=2', '--application', 'kvstore', '--minutes=3']
    const again = 'npm run -s sim -- --seed 7 --application kvstore --minutes=3'
    assert.equal(againOf(args, 7n), again)
    assert.equal(againOf(['--regressions', '--jobs', '2'], 7n), 'npm run -s sim -- --seed 7')
    assert.equal(againOf([], 1n), 'npm run -s sim -- --seed 1')
  })

  it('is read by the program as one seed with the same options', () => {
    const option = (name: string, values: readonly string[]) =>
      fc
        .tuple(fc.constantFrom(...values), fc.boolean())
        .map(([value, isOneWord]) => (isOneWord ? [`--${name}=${value}`] : [`--${name}`, value]))
    const which = [
      option('seed', ['0', '3']),
      option('seeds', ['1..2', '4..4']),
      option('fresh', ['1', '180']),
      fc.constant(['--regressions']),
    ]
    const plan = [option('byzantine', ['0', '1']), option('minutes', ['1', '5'])]
    const engines = [
      option('validators', ['4', '7']),
      option('application', ['oasis', 'kvstore']),
      option('signatures', ['stand-in', 'real']),
    ]
    const paratimes = [
      fc.constant(['--paratimes', '--executors', '4']),
      fc.constant(['--paratimes']),
    ]
    const some = (options: readonly fc.Arbitrary<string[]>[]) =>
      fc.tuple(...options.map((one) => fc.option(one, { nil: [] }))).map((all) => all.flat())
    const others = fc.oneof(
      some([...engines, ...plan]),
      fc.tuple(fc.oneof(...paratimes), some(plan)),
    )
    const jobs = fc.option(option('jobs', ['1', '2']), { nil: [] })
    const words = fc.tuple(fc.oneof(...which), jobs, others).chain((parts) => {
      const first = parts.slice(0, 2).flat() as string[]
      const rest = (parts[2] as (string | string[])[]).flat()
      return fc.constantFrom([...first, ...rest], [...rest, ...first])
    })
    fc.assert(
      fc.property(words, fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (args, seed) => {
        const again = parseCommand(argumentsOf(againOf(args, seed)))
        const { options, paratimes: asked } = parseCommand(args)
        assert.deepEqual(again, {
          which: { kind: 'one', seed },
          jobs: 1,
          options,
          paratimes: asked,
        })
      }),
    )
  })
})
