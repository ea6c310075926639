import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { section, showSection } from './config.ts'
import {
  flag,
  integer,
  list,
  type Option,
  oneOf,
  port,
  secret,
  tableOf,
  text,
} from './configOption.ts'
import { placeAt } from './configPlace.ts'
import { durationMs, fraction, integer64, sizeBytes } from './configUnits.ts'
import { CONFIG_DURATION_DAYS_MAX, CONFIG_LIST_COUNT_MAX, CONFIG_TEXT_SIZE_MAX } from './limits.ts'

describe('options', () => {
  const declared = { doc: '' }
  const read = <T>(option: Option<T>, raw: unknown) => option.read(raw, placeAt('x'))
  const refuses = (option: Option<unknown>, ...raws: readonly unknown[]) => {
    for (const raw of raws) assert.throws(() => read(option, raw), { reason: 'config.badValue' })
  }

  it('read durations as Go writes them', () => {
    const option = durationMs(declared)
    const cases = {
      '1h30m': 5_400_000,
      '1.5s': 1500,
      '250ms': 250,
      '2000us': 2,
      '100us': 1,
      '1001\u00b5s': 2,
      '1000\u03bcs': 1,
      '1ns': 1,
      '0ns': 0,
      '0': 0,
      '1m0s': 60_000,
    }
    for (const [written, ms] of Object.entries(cases)) assert.equal(read(option, written), ms)
    refuses(option, '', '5', 's', '1 s', '-1s', '1.s', 5, undefined, '1h '.repeat(9))
    assert.equal(
      read(option, `${CONFIG_DURATION_DAYS_MAX * 24}h`),
      CONFIG_DURATION_DAYS_MAX * 86_400_000,
    )
    refuses(option, `${CONFIG_DURATION_DAYS_MAX * 24}h1ms`)
  })

  it('read sizes in powers of 1024', () => {
    const option = sizeBytes(declared)
    const cases = { '0': 0, '4096': 4096, '64kb': 65_536, '256MB': 268_435_456, '1 gb': 2 ** 30 }
    for (const [written, size] of Object.entries(cases)) assert.equal(read(option, written), size)
    assert.equal(read(option, 10), 10)
    refuses(option, '', 'mb', '1tb', '-1', '1.5kb', undefined, {}, '999999999999999gb')
  })

  it('read whole numbers, also as text from a flag or the environment', () => {
    const option = integer({ ...declared, min: -5, max: 10 })
    for (const raw of [-5, '-5', 10, '10']) assert.equal(read(option, raw), Number(raw))
    refuses(option, -6, 11, '11', 1.5, '1.5', '', ' 1', '0x1', true, Number.NaN, 1n, undefined)
  })

  it('read whole numbers of 64 bits, and fractions', () => {
    const whole = integer64(declared)
    for (const raw of [0, 7n, '18446744073709551615']) assert.equal(read(whole, raw), BigInt(raw))
    refuses(whole, -1, 2n ** 64n, '18446744073709551616', 1.5, '', '0x1', true, undefined)
    const number = fraction(declared)
    for (const raw of [0.5, '0.5', 3n, -2]) assert.equal(read(number, raw), Number(raw))
    refuses(number, Number.NaN, Number.POSITIVE_INFINITY, 'a', '.5', '', undefined, true)
  })

  it('take a number for a text where the file tells how it was written', () => {
    const at = { ...placeAt('x'), writtenAs: () => '0x10' }
    assert.equal(text(declared).read(16, at), '0x10')
    refuses(text(declared), 16)
  })

  it('show texts so that they are texts again', () => {
    const shown = ['', 'a b', '~', 'null', 'a:', '- a', '@x', '#', '07', '1e5', 'Yes'].map(
      text(declared).show,
    )
    for (const each of shown) assert.match(each, /^".*"$/)
    assert.equal(text(declared).show('tcp://0.0.0.0:1'), 'tcp://0.0.0.0:1')
  })

  it('read words as they are, or with any capitals', () => {
    const words = ['logfmt', 'json'] as const
    refuses(oneOf(words, declared), 'JSON', 1, undefined)
    assert.equal(read(oneOf(words, { ...declared, capitals: 'any' }), 'JSON'), 'json')
  })

  it('read flags only from their two words', () => {
    const option = flag(declared)
    assert.deepEqual(
      [true, 'true', 'on', 'Yes', false, 'False', 'n'].map((raw) => read(option, raw)),
      [true, true, true, true, false, false, false],
    )
    refuses(option, 1, 'ja', '', 'yES', undefined)
  })

  it('keep secrets out of what is shown and out of errors', () => {
    const push = section('metrics.push', { token: secret({ doc: 'Token of the gateway.' }) })
    const config = push.check({ token: 'hunter2' })
    assert.equal(config.token.reveal(), 'hunter2')
    assert.deepEqual(showSection(push, config), [['metrics.push.token', '[redacted]']])
    assert.doesNotMatch(JSON.stringify(config), /hunter2/)
    const long = 'hunter2'.repeat(CONFIG_TEXT_SIZE_MAX)
    assert.throws(
      () => push.check({ token: long }),
      (error: Error) => !error.message.includes('hunter2'),
    )
  })

  it('read lists and tables with the place of a wrong element', () => {
    const option = list(port(declared), declared)
    assert.deepEqual(read(option, [1, '2']), [1, 2])
    assert.throws(() => read(option, [1, 'a']), { message: /x\[1\]: must be/ })
    assert.throws(() => read(tableOf(port(declared), declared), { a: 'b' }), {
      message: /x\.a: must be/,
    })
    refuses(option, {}, 'a', undefined)
    refuses(tableOf(port(declared), declared), [], 'a', undefined)
    assert.equal(option.show([1, 2]), '[1, 2]')
  })

  it('hold at their bounds and refuse one beyond', () => {
    assert.equal(
      read(text(declared), 'a'.repeat(CONFIG_TEXT_SIZE_MAX)).length,
      CONFIG_TEXT_SIZE_MAX,
    )
    refuses(text(declared), 'a'.repeat(CONFIG_TEXT_SIZE_MAX + 1))
    const ports = list(port(declared), declared)
    const many = new Array<number>(CONFIG_LIST_COUNT_MAX).fill(1)
    assert.equal(read(ports, many).length, CONFIG_LIST_COUNT_MAX)
    refuses(ports, [...many, 1])
    const keys = Object.fromEntries(many.map((_, i) => [`${i}`, 1]))
    assert.equal(read(tableOf(port(declared), declared), keys).size, CONFIG_LIST_COUNT_MAX)
    refuses(tableOf(port(declared), declared), { ...keys, more: 1 })
  })

  it('read back what they show', () => {
    const anyMs = fc.integer({ min: 0, max: CONFIG_DURATION_DAYS_MAX * 86_400_000 })
    fc.assert(
      fc.property(anyMs, fc.nat(), fc.boolean(), (ms, size, isOn) => {
        const duration = durationMs(declared)
        assert.equal(read(duration, duration.show(ms)), ms)
        assert.equal(read(sizeBytes(declared), sizeBytes(declared).show(size)), size)
        assert.equal(read(sizeBytes(declared), sizeBytes(declared).show(size * 1024)), size * 1024)
        assert.equal(read(flag(declared), flag(declared).show(isOn)), isOn)
      }),
    )
  })

  it('give every other input a coded error', () => {
    const options = [durationMs(declared), sizeBytes(declared), integer(declared), flag(declared)]
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (raw) => {
        for (const option of options) {
          try {
            read<unknown>(option, raw)
          } catch (error) {
            assert.equal((error as { reason?: string }).reason, 'config.badValue')
          }
        }
      }),
    )
  })
})
