// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the file
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { FILE_SIZE_MAX } from './limits.ts'
import { describeConfigError, loadConfig } from './loadConfig.ts'
import { scratchFolder, writeScratch } from './testing/scratch.ts'

const folder = scratchFolder()
const file = join(folder, 'node.yaml')

function load(text: string, environment: Record<string, string> = {}, flags: string[] = []) {
  writeScratch(file, text)
  return loadConfig({ file, environment, flags })
}

/** The one sentence that a person is told. */
function sentenceOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof CodedError || error instanceof UnavailableError, String(error))
    const sentence = describeConfigError(error)
    assert.doesNotMatch(sentence, /\n/)
    return sentence.replace(`${file}:`, '')
  }
  assert.fail('nothing was refused')
}

const says = (text: string, sentence: string | RegExp): void => {
  const told = sentenceOf(() => load(text))
  if (typeof sentence === 'string') assert.equal(told, sentence)
  else assert.match(told, sentence)
}

describe('unknown key', () => {
  it('ends with the place, the key, and the one that was meant', () => {
    says(
      'mode: seed\np2p:\n  prot: 1\n',
      '3:3: p2p.prot: there is no such key; did you mean p2p.port?',
    )
    says('consensus:\n  seeds: []\n', /^2:3: consensus\.seeds: .*did you mean p2p\.seeds\?/)
    says('consenus: {}\n', /^1:1: consenus: .*did you mean consensus\?/)
    says('metrics:\n  prometheus_pushgateway_server: 1\n', /there is no such key; remove it$/)
    says('runtime:\n  runtimes:\n    - idd: "1"\n', /^3:7: runtime\.runtimes\[0\]\.idd: .*\.id\?/)
    says(
      'consensus:\n  state_sync:\n    trust_period: 1h\n',
      /^3:5: consensus\.state_sync\.trust_period: there is no such key/,
    )
  })
})

describe('wrong type', () => {
  it('ends with the place, the key, what it must be and what it is', () => {
    says('p2p: {port: high}\n', '1:7: p2p.port: must be a whole number from 0 to 65535, not "high"')
    says('p2p: {port: 65536}\n', /p2p\.port: must be .*, not 65536/)
    says('p2p: {port: 1.5}\n', /p2p\.port: must be .*, not 1\.5/)
    says('consensus: {validator: maybe}\n', /must be true or false, not "maybe"/)
    says('consensus: {upgrade_stop_delay: 10}\n', /must be a duration such as 1h30m/)
    says('consensus: {upgrade_stop_delay: -10s}\n', /must be a duration such as 1h30m/)
    says('consensus: {p2p: [1]}\n', /consensus\.p2p: must be a table, not a list/)
    says('consensus: {min_gas_price: -1}\n', /must be a whole number from 0 to 9223372036854775807/)
    says('storage: {max_cache_size: much}\n', /must be a size such as/)
    says('mode: king\n', /^1:1: mode: must be one of validator, compute, .*, not "king"/)
    says('runtime: {paths: x}\n', /runtime\.paths: must be a list, each a text, not "x"/)
    says('runtime: {runtimes: [{id: 12}]}\n', /runtimes\[0\]\.id: must be a runtime identifier/)
    says('runtime: {runtimes: [{}]}\n', /runtime\.runtimes\[0\]\.id/)
    says('registration: {entity_id: abc}\n', /must be a public key of 32 bytes in base64/)
    says('p2p: {seeds: ["1.2.3.4:5"]}\n', /p2p\.seeds\[0\]: must be a peer such as/)
    says('p2p: {connection_gater: {blocked_peers: [300.1.1.1]}}\n', /must be an IP address/)
    says('common: {log: {level: {default: loud}}}\n', /level\.default: must be one of debug/)
    says('keymanager: {churp: {schemes: [{id: 256}]}}\n', /from 0 to 255, not 256/)
    says('- a\n', /^ the file: must be a table, not a list/)
    says('just words\n', /must be a table, not "just words"/)
  })

  it('is no matter of quotes and capitals where the reference takes both', () => {
    const text =
      'common:\n  log: {format: JSON, level: {default: DEBUG}}\n' +
      'consensus: {validator: yes, p2p: {send_rate: 0x400}, prune: {strategy: KEEP_N}}\n' +
      'metrics: {labels: {instance: 07, ok: true}}\np2p: {port: "9201"}\n' +
      'runtime:\n  runtimes:\n' +
      '    - id: 8000000000000000000000000000000000000000000000000000000000000000\n'
    const { common, consensus, metrics, p2p, runtime } = load(text).config
    assert.equal(common.log.format, 'json')
    assert.equal(common.log.level.get('default'), 'debug')
    assert.deepEqual([consensus.validator, consensus.p2p.sendRate], [true, 1024n])
    assert.deepEqual([...metrics.labels.values()], ['07', 'true'])
    assert.equal(p2p.port, 9201)
    assert.equal(runtime.runtimes[0]?.id[0], 0x80)
  })
})

describe('missing file', () => {
  it('of the configuration ends with its name and the remedy', () => {
    const missing = join(folder, 'gone.yaml')
    const told = sentenceOf(() => loadConfig({ file: missing, environment: {} }))
    assert.equal(told, `${missing}: --config: there is no such file; create it, or name another`)
    assert.match(
      sentenceOf(() => loadConfig({ file: folder, environment: {} })),
      /is a folder/,
    )
  })
})

describe('loadConfig', () => {
  it('takes defaults without a file, and from an empty one', () => {
    assert.deepEqual(loadConfig({ file: undefined, environment: {} }).config, load('').config)
  })

  it('puts variables into the file and says which were not set', () => {
    const { config, unset } = load('common:\n  data_dir: ${HOME_OF_NODE}/x${N}\n', {
      HOME_OF_NODE: '/srv',
    })
    assert.equal(config.common.dataDir, '/srv/x')
    assert.deepEqual(unset, ['N'])
  })

  it('lets flags go before variables, and these before the file', () => {
    const variables = { WADI_P2P_PORT: '2', WADI_METRICS_MODE: 'pull' }
    const { config } = load('p2p: {port: 1}\n', variables, ['--p2p.port=3'])
    assert.deepEqual([config.p2p.port, config.metrics.mode], [3, 'pull'])
    const wrong = () => load('', { WADI_METRICS_MODE: 'pul' })
    assert.match(sentenceOf(wrong), /^WADI_METRICS_MODE: metrics\.mode: must be one of/)
  })

  it('refuses what is no text, and too much of it', () => {
    says(`# ${'a'.repeat(FILE_SIZE_MAX)}`, /^1:1: has 262146 bytes, 262144 are possible/)
    assert.equal(load(`#${'a'.repeat(FILE_SIZE_MAX - 1)}`).config.mode, 'client')
    writeScratch(file, Uint8Array.of(0x61, 0xff))
    assert.match(
      sentenceOf(() => loadConfig({ file, environment: {} })),
      /^1:1: is not UTF-8/,
    )
    assert.equal(load('\uFEFFmode: seed\n').config.mode, 'seed')
  })

  it('adds levels of the log to the default ones, unless nothing is given', () => {
    assert.equal(load('common: {log: {level: {default: debug}}}\n').config.common.log.level.size, 5)
    assert.equal(load('common: {log: {level: }}\n').config.common.log.level.size, 0)
    assert.deepEqual(load('runtime: {registries: }\n').config.runtime.registries, [])
    assert.equal(load('runtime:\n').config.runtime.registries.length, 1)
  })
})
