import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type ConfigOf, composeSections, documentSection, section, showSection } from './config.ts'
import {
  durationMs,
  flag,
  integer,
  list,
  type Option,
  oneOf,
  port,
  secret,
  sizeBytes,
  tableOf,
  text,
} from './configOption.ts'
import { placeAt } from './configPlace.ts'
import { BugError } from './errors.ts'
import { CONFIG_DURATION_DAYS_MAX, CONFIG_LIST_COUNT_MAX, CONFIG_TEXT_SIZE_MAX } from './limits.ts'

const metrics = section('metrics', {
  mode: oneOf(['none', 'pull'], { default: 'none', doc: 'Who asks for metrics.' }),
  listenPort: port({ default: 3000, doc: 'Port that serves /metrics.' }),
  pushInterval: durationMs({ default: 5000, doc: 'Time between pushes.' }),
})
type MetricsConfig = ConfigOf<typeof metrics.options>

const log = section('common.log', {
  file: text({ default: '', doc: 'File that the log goes to; empty is the terminal.' }),
  level: tableOf(oneOf(['info', 'debug'], { doc: 'Level.' }), {
    default: new Map(),
    doc: 'Level by module.',
  }),
})

const bad = (reason: string, message: RegExp) => ({ reason: `config.${reason}`, message })

describe('section', () => {
  it('takes the defaults of what is not set', () => {
    const config: MetricsConfig = metrics.check({ listen_port: 9000 })
    assert.deepEqual(config, { mode: 'none', listenPort: 9000, pushInterval: 5000 })
    assert.deepEqual(metrics.check(undefined), metrics.check({}))
  })

  it('says the path of what is wrong', () => {
    const wrong = () => metrics.check({ listen_port: 65_536 })
    assert.throws(wrong, bad('badValue', /metrics\.listen_port must be a whole number/))
    assert.throws(() => metrics.check({ mode: 'push' }), bad('badValue', /one of none, pull/))
    assert.throws(() => metrics.check([]), bad('badValue', /metrics must be a table/))
  })

  it('refuses options that it does not know, also those of every object', () => {
    assert.throws(() => metrics.check({ port: 1 }), bad('unknown', /metrics\.port/))
    assert.throws(() => metrics.check({ listenPort: 1 }), bad('unknown', /metrics\.listenPort/))
    assert.throws(() => metrics.check({ constructor: 1 }), bad('unknown', /constructor/))
  })

  it('asks for options without a default', () => {
    const node = section('node', { dataDir: text({ doc: 'Folder of the data.' }) })
    assert.throws(() => node.check({}), bad('missing', /node\.data_dir \(a text\)/))
    assert.equal(node.check({ data_dir: '/a' }).dataDir, '/a')
  })

  it('stops the program over a default that nobody could write', () => {
    assert.throws(() => section('a', { p: port({ default: 70_000, doc: '' }) }), BugError)
  })

  it('documents its options and shows its values', () => {
    assert.deepEqual(documentSection(metrics)[2], {
      path: 'metrics.push_interval',
      environment: 'WADI_METRICS_PUSH_INTERVAL',
      flag: '--metrics.push_interval',
      form: `a duration such as 1h30m or 250ms, at most ${CONFIG_DURATION_DAYS_MAX * 24}h`,
      doc: 'Time between pushes.',
      fallback: '5000ms',
    })
    assert.deepEqual(showSection(metrics, metrics.check({ mode: 'pull' })), [
      ['metrics.mode', 'pull'],
      ['metrics.listen_port', '3000'],
      ['metrics.push_interval', '5000ms'],
    ])
    assert.deepEqual(showSection(log, log.check({ level: { db: 'info' } }))[1], [
      'common.log.level',
      '{db: info}',
    ])
  })
})

describe('composeSections', () => {
  const all = composeSections(metrics, log)

  it('gives each section its part of the file', () => {
    const config = all.check({ metrics: { mode: 'pull' }, common: { log: { file: 'a' } } })
    assert.equal(config.metrics.mode, 'pull')
    assert.equal(config['common.log'].file, 'a')
    assert.equal(all.check(undefined).metrics.listenPort, 3000)
  })

  it('refuses what belongs to no section', () => {
    assert.throws(() => all.check({ consensus: {} }), bad('unknown', /consensus/))
    assert.throws(() => all.check({ common: { log: {}, data: 1 } }), bad('unknown', /common\.data/))
    assert.throws(() => all.check('x'), bad('unknown', /not a table/))
    assert.throws(() => all.check({ common: 'x' }), bad('unknown', /common/))
  })

  it('stops the program when two sections own the same path', () => {
    assert.throws(() => composeSections(metrics, section('metrics', {})), BugError)
    const common = section('common', { log: text({ doc: 'Text.' }) })
    assert.throws(() => composeSections(log, common), BugError)
    assert.throws(() => composeSections(common, log), BugError)
  })

  it('lets a section be inside another', () => {
    const common = section('common', { dataDir: text({ default: '', doc: 'Folder.' }) })
    for (const both of [composeSections(common, log), composeSections(log, common)]) {
      const config = both.check({ common: { data_dir: 'x', log: { file: 'a' } } })
      assert.equal(config.common.dataDir, 'x')
      assert.equal(config['common.log'].file, 'a')
      assert.throws(() => both.check({ common: { data: 1 } }), bad('unknown', /common\.data/))
      assert.throws(
        () => both.check({ common: { log: { f: 1 } } }),
        bad('unknown', /common\.log\.f/),
      )
      assert.throws(() => both.check({ common: { log: 1 } }), bad('badValue', /common\.log/))
      assert.throws(() => both.check({ common: 1 }), bad('badValue', /common must be a table/))
    }
  })
})

describe('what stands beside the file', () => {
  const peers = section('p2p', {
    seeds: list(port({ doc: 'Port.' }), { default: [], doc: 'Seeds.' }),
    weights: tableOf(integer({ doc: 'Weight.' }), { default: new Map(), doc: 'Weights.' }),
    isQuiet: flag({ default: false, doc: 'Says nothing.' }),
    name: text({ default: '', doc: 'Name.' }),
  })
  const all = composeSections(metrics, peers)
  const fromFlags = (...flags: readonly string[]) => all.check(undefined, { flags })

  it('goes before it: flags first, then the environment', () => {
    const file = { metrics: { mode: 'pull', listen_port: 1, push_interval: '1s' } }
    const environment = {
      WADI_METRICS_LISTEN_PORT: '2',
      WADI_METRICS_PUSH_INTERVAL: '2s',
      HOME: '/',
    }
    const flags = ['--metrics.push_interval=3s']
    const config = all.check(file, { environment, flags })
    assert.deepEqual(config.metrics, { mode: 'pull', listenPort: 2, pushInterval: 3000 })
    assert.deepEqual(metrics.check(file.metrics, { environment, flags }), config.metrics)
  })

  it('takes the value of a flag behind = or as the next argument, and none for true', () => {
    const config = fromFlags('--p2p.is_quiet', '--p2p.name', 'a=b', '--metrics.listen_port=5')
    assert.equal(config.p2p.isQuiet, true)
    assert.equal(config.p2p.name, 'a=b')
    assert.equal(config.metrics.listenPort, 5)
    assert.equal(fromFlags('--p2p.name=').p2p.name, '')
    assert.equal(fromFlags('--p2p.is_quiet=false').p2p.isQuiet, false)
  })

  it('has commas between the elements of lists and the entries of tables', () => {
    const { p2p } = fromFlags('--p2p.seeds=1,2', '--p2p.weights', 'a=1,__proto__=2')
    assert.deepEqual(p2p.seeds, [1, 2])
    assert.deepEqual(
      [...p2p.weights],
      [
        ['a', 1],
        ['__proto__', 2],
      ],
    )
    assert.deepEqual(fromFlags('--p2p.seeds=', '--p2p.weights=').p2p.seeds, [])
    assert.throws(() => fromFlags('--p2p.weights=a'), bad('badValue', /p2p\.weights\.a/))
    const many = `--p2p.seeds=${'1,'.repeat(CONFIG_LIST_COUNT_MAX)}1`
    assert.throws(() => fromFlags(many), bad('badValue', /p2p\.seeds/))
    const long = `--p2p.seeds=${'1,'.repeat(CONFIG_TEXT_SIZE_MAX)}1`
    assert.throws(() => fromFlags(long), bad('badValue', /p2p\.seeds/))
  })

  it('refuses flags that are unknown or given twice, and arguments that are none', () => {
    assert.throws(() => fromFlags('--p2p.seed=1'), bad('unknown', /--p2p\.seed$/))
    assert.throws(() => fromFlags('pull'), bad('unknown', /pull/))
    assert.throws(() => fromFlags('--p2p.name=a', '--p2p.name=b'), bad('badValue', /twice/))
  })

  it('says where a wrong value comes from', () => {
    const environment = { WADI_METRICS_MODE: 'push' }
    const fromEnvironment = () => all.check(undefined, { environment })
    assert.throws(
      fromEnvironment,
      bad('badValue', /metrics\.mode \(from WADI_METRICS_MODE\) must be one of/),
    )
    assert.throws(
      () => fromFlags('--p2p.seeds=1,x'),
      bad('badValue', /p2p\.seeds\[1\] \(from --p2p\.seeds\) must be a whole number/),
    )
    const lines: Record<string, number> = { 'p2p.seeds[1]': 7, 'p2p.seed': 8, p2p: 6, other: 9 }
    const positionOf = (path: string) => ({ line: lines[path] ?? 0, column: 3 })
    const inFile = (raw: unknown) => () => all.check(raw, { positionOf })
    assert.throws(
      inFile({ p2p: { seeds: [1, 'x'] } }),
      bad('badValue', /p2p\.seeds\[1\] \(line 7, column 3\) must be/),
    )
    assert.throws(inFile({ p2p: { seed: 1 } }), bad('unknown', /p2p\.seed \(line 8, column 3\)/))
    assert.throws(inFile({ p2p: 1 }), bad('badValue', /p2p \(line 6, column 3\) must be a table/))
    assert.throws(inFile({ other: 1 }), bad('unknown', /other \(line 9, column 3\)/))
    const nobodyKnows = () => all.check({ p2p: 1 }, { positionOf: () => undefined })
    assert.throws(nobodyKnows, bad('badValue', /p2p must be a table/))
  })

  it('stops the program when two options have the same variable', () => {
    const option = text({ default: '', doc: '' })
    const twice = () => composeSections(section('x_y', { z: option }), section('x', { yZ: option }))
    assert.throws(twice, BugError)
  })

  it('gives every list of arguments a configuration or a coded error', () => {
    const argument = fc.oneof(
      fc.string(),
      fc.constantFrom('--p2p.seeds', '--p2p.name=', '--metrics.mode', 'pull', '--', '--=', '1,2'),
    )
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 6 }), (flags) => {
        try {
          all.check(undefined, { flags })
        } catch (error) {
          assert.match((error as { reason?: string }).reason ?? '', /^config\.(badValue|unknown)$/)
        }
      }),
    )
  })
})

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
      '0': 0,
      '1m0s': 60_000,
    }
    for (const [written, ms] of Object.entries(cases)) assert.equal(read(option, written), ms)
    refuses(option, '', '5', 's', '1 s', '-1s', '1us', '1.s', 5, undefined, '1h '.repeat(9))
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

  it('read flags only from their two words', () => {
    const option = flag(declared)
    assert.deepEqual(
      [true, 'true', false, 'false'].map((raw) => read(option, raw)),
      [true, true, false, false],
    )
    refuses(option, 1, 'yes', '', undefined)
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
    assert.throws(() => read(option, [1, 'a']), { message: /x\[1\] must be/ })
    assert.throws(() => read(tableOf(port(declared), declared), { a: 'b' }), {
      message: /x\.a must be/,
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
