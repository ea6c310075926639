import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { composeSections, documentSection, section, showSection } from './config.ts'
import { type ConfigOf, group, record } from './configFields.ts'
import {
  flag,
  inFileOnly,
  integer,
  list,
  oneOf,
  optional,
  port,
  tableOf,
  text,
} from './configOption.ts'
import { durationMs, integer64 } from './configUnits.ts'
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
    assert.throws(wrong, bad('badValue', /metrics\.listen_port: must be a whole number/))
    assert.throws(() => metrics.check({ mode: 'push' }), bad('badValue', /one of none, pull/))
    assert.throws(() => metrics.check([]), bad('badValue', /metrics: must be a table/))
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
      fallback: '5s',
    })
    assert.deepEqual(showSection(metrics, metrics.check({ mode: 'pull' })), [
      ['metrics.mode', 'pull'],
      ['metrics.listen_port', '3000'],
      ['metrics.push_interval', '5s'],
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
    assert.throws(() => all.check('x'), bad('badValue', /the file: must be a table/))
    assert.throws(() => all.check({ common: 'x' }), bad('unknown', /common: there is no such key/))
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
      assert.throws(() => both.check({ common: 1 }), bad('badValue', /common: must be a table/))
    }
  })
})

describe('tables in a section', () => {
  const net = section(
    'net',
    {
      quiet: flag({ default: false, doc: 'Says nothing.' }),
      id: optional(text({ doc: 'Who it is.' })),
      peers: group({
        portFirst: port({ default: 1, doc: 'The first port.' }),
        names: list(text({ doc: 'A name.' }), { default: ['a'], doc: 'Names.' }),
        deep: group({ rate: integer64({ default: 5n, doc: 'Bytes a second.' }) }),
      }),
      rooms: list(
        record(
          { id: integer({ doc: 'Which.' }), tag: optional(text({ doc: 'What.' })) },
          { doc: 'A room.' },
        ),
        { default: [], doc: 'Rooms.' },
      ),
    },
    [
      ({ quiet, id }) =>
        quiet && id !== undefined ? { key: 'id', why: 'must not be set with quiet' } : undefined,
    ],
  )
  const mode = section('', { mode: oneOf(['full', 'seed'], { default: 'full', doc: 'Which.' }) })
  const all = composeSections(mode, net)

  it('have a default for each of their options', () => {
    const config = all.check(undefined)
    assert.deepEqual(config.net, {
      quiet: false,
      id: undefined,
      peers: { portFirst: 1, names: ['a'], deep: { rate: 5n } },
      rooms: [],
    })
    assert.deepEqual(net.check({ peers: { deep: undefined } }), config.net)
    const flags = ['--net.peers.deep.rate=18446744073709551615', '--mode', 'seed']
    const told = all.check({ net: { peers: { port_first: 7 } } }, { flags })
    assert.deepEqual(told.net.peers, { portFirst: 7, names: ['a'], deep: { rate: 2n ** 64n - 1n } })
    assert.equal(told[''].mode, 'seed')
  })

  it('are checked to the last of their keys', () => {
    const wrong = (raw: unknown, reason: string, message: RegExp) =>
      assert.throws(() => all.check(raw), bad(reason, message))
    wrong(
      { net: { peers: { deep: { rte: 1 } } } },
      'unknown',
      /deep\.rte.*mean net\.peers\.deep\.rate/,
    )
    wrong({ net: { rate: 1 } }, 'unknown', /net\.rate: .*did you mean net\.peers\.deep\.rate\?/)
    wrong({ nett: {} }, 'unknown', /nett: .*did you mean net\?/)
    wrong({ net: { peers: [] } }, 'badValue', /net\.peers: must be a table, not a list/)
    wrong({ net: { peers: { deep: 1 } } }, 'badValue', /net\.peers\.deep: must be a table, not 1/)
    wrong({ net: { rooms: [{}] } }, 'missing', /net\.rooms\[0\]\.id/)
    wrong(
      { net: { rooms: [{ id: 1, tagg: 'a' }] } },
      'unknown',
      /rooms\[0\]\.tagg.*rooms\[0\]\.tag\?/,
    )
    wrong({ net: { rooms: ['a'] } }, 'badValue', /rooms\[0\]: must be a table, not "a"/)
    wrong({ mode: 'slow' }, 'badValue', /^config: [^:]*: mode: must be one of full, seed/)
    wrong({ mod: 'full' }, 'unknown', /mod: .*did you mean mode\?/)
    wrong({ net: { quiet: true, id: 'a' } }, 'badValue', /net\.id: must not be set with quiet/)
    wrong([], 'badValue', /the file: must be a table, not a list/)
  })

  it('are documented and explained option by option', () => {
    const paths = documentSection(net).map(({ path }) => path)
    assert.deepEqual(paths.slice(2, 5), [
      'net.peers.port_first',
      'net.peers.names',
      'net.peers.deep.rate',
    ])
    const raw = { net: { rooms: [{ id: 2, tag: 'x' }], id: 'me too' } }
    const set = new Set(['net.rooms', 'net.id'])
    const sources = {
      file: 'n.yaml',
      flags: ['--mode=seed'],
      positionOf: (path: string) => (set.has(path) ? { line: 2, column: 1 } : undefined),
    }
    const rows = all.explain(all.check(raw, sources), sources)
    const row = (path: string) => rows.find((each) => each.path === path)
    assert.deepEqual(row('mode'), { path: 'mode', text: 'seed', origin: '--mode' })
    assert.deepEqual(row('net.id'), { path: 'net.id', text: '"me too"', origin: 'n.yaml:2:1' })
    assert.deepEqual(row('net.rooms')?.text, '[{id: 2, tag: x}]')
    assert.deepEqual(row('net.peers.deep.rate'), {
      path: 'net.peers.deep.rate',
      text: '5',
      origin: undefined,
    })
  })

  it('take no default where a list or a table is named and nothing is given', () => {
    const given = net.check({ peers: { names: undefined } })
    assert.deepEqual(given.peers.names, [])
    const level = tableOf(text({ doc: '' }), {
      default: new Map([['a', 'b']]),
      to: 'default',
      doc: '',
    })
    const levels = section('l', { level })
    assert.deepEqual(
      [...levels.check({ level: { c: 'd' } }).level],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    )
    assert.deepEqual([...levels.check({ level: undefined }).level], [])
    assert.deepEqual([...levels.check({}).level], [['a', 'b']])
  })

  it('have options that only a file can set', () => {
    const one = section('x', { a: inFileOnly(text({ default: '', doc: '' })) })
    const beside = composeSections(one, section('', { xA: text({ default: '', doc: '' }) }))
    const config = beside.check({ x: { a: '1' } }, { environment: { WADI_X_A: '2' } })
    assert.deepEqual([config.x.a, config[''].xA], ['1', '2'])
    assert.throws(() => beside.check(undefined, { flags: ['--x.a=1'] }), bad('unknown', /--x\.a/))
    assert.deepEqual(
      [documentSection(one)[0]?.environment, documentSection(one)[0]?.flag],
      [undefined, undefined],
    )
  })

  it('stop the program when another section owns what is in them', () => {
    assert.throws(() => composeSections(net, section('net.peers', {})), BugError)
    assert.throws(() => composeSections(mode, section('mode', {})), BugError)
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
      bad('badValue', /WADI_METRICS_MODE: metrics\.mode: must be one of/),
    )
    assert.throws(
      () => fromFlags('--p2p.seeds=1,x'),
      bad('badValue', /--p2p\.seeds: p2p\.seeds\[1\]: must be a whole number/),
    )
    const lines: Record<string, number> = { 'p2p.seeds[1]': 7, 'p2p.seed': 8, p2p: 6, other: 9 }
    const positionOf = (path: string) => ({ line: lines[path] ?? 0, column: 3 })
    const inFile = (raw: unknown) => () => all.check(raw, { positionOf, file: 'a.yaml' })
    assert.throws(
      inFile({ p2p: { seeds: [1, 'x'] } }),
      bad('badValue', /a\.yaml:7:3: p2p\.seeds\[1\]: must be/),
    )
    assert.throws(
      inFile({ p2p: { seed: 1 } }),
      bad('unknown', /a\.yaml:8:3: p2p\.seed: .* did you mean p2p\.seeds\?/),
    )
    assert.throws(inFile({ p2p: 1 }), bad('badValue', /a\.yaml:6:3: p2p: must be a table, not 1/))
    assert.throws(inFile({ other: 1 }), bad('unknown', /a\.yaml:9:3: other: .* remove it/))
    const nobodyKnows = () => all.check({ p2p: 1 }, { positionOf: () => undefined })
    assert.throws(nobodyKnows, bad('badValue', /p2p: must be a table/))
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
