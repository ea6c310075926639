import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isTable } from '@wadi/base/configOption'
import { documentNodeConfig, formatEffective, formatExample } from './configText.ts'
import { readYaml } from './file/readYaml.ts'
import { loadConfig } from './loadConfig.ts'
import { checkNodeConfig, explainNodeConfig, type NodeConfig } from './nodeConfig.ts'
import {
  isReferenceAbsent,
  listReference,
  REFERENCE_FOLDER,
  readReference,
} from './testing/referenceFiles.ts'

interface ReferenceKey {
  readonly key: string
  readonly fallback: string
}

/** The rows `| key | type | default |` of the list of keys. */
function referenceKeys(): readonly ReferenceKey[] {
  const rows = readReference('config-keys.md').matchAll(/^\| `(.+?)` \| .+? \| (.*) \|$/gm)
  return [...rows].map(([, key = '', fallback = '']) => ({ key, fallback }))
}

/** A default of the list as a file would have it. */
function asYaml(fallback: string): string {
  if (fallback.startsWith('- ')) return `[${fallback.slice(2)}]`
  return /^\S+: /.test(fallback) ? `{${fallback.replaceAll('; ', ', ')}}` : fallback
}

/** The values of a file by path. */
function flatten(raw: unknown, path = ''): readonly (readonly [string, unknown])[] {
  if (!isTable(raw) || path === 'common.log.level') return [[path, raw]]
  return Object.entries(raw).flatMap(([key, value]) =>
    flatten(value, path === '' ? key : `${path}.${key}`),
  )
}

const defaults = checkNodeConfig(undefined)
const VARIABLES = { NET: '/net', DIR: '/scratch', BIN: '/bin/loader' }

/** What release 26.1 has; the list is of a later commit. */
const OLDER_NAMES = ['consensus.debug.allow_duplicate_ip']

/** Is it of the section that the reference does not have? */
function isOurs(path: string): boolean {
  return path.startsWith('wadi.') || OLDER_NAMES.includes(path)
}

/** What is in effect, by path. */
function effective(config: NodeConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(explainNodeConfig(config).map(({ path, text }) => [path, text]))
}

describe('the keys of the reference', { skip: isReferenceAbsent }, () => {
  it('are ours, no more and no less', () => {
    const theirs = referenceKeys().map(({ key }) => key)
    const ours = documentNodeConfig().flatMap(({ path }) => (isOurs(path) ? [] : [path]))
    assert.ok(theirs.length > 100)
    assert.deepEqual(theirs.filter((key) => !key.includes('[]')).toSorted(), ours.toSorted())
    const forms = documentNodeConfig().map(({ path, form }) => [path, form] as const)
    for (const key of theirs.filter((each) => each.includes('[]'))) {
      const [list = '', field] = key.split('[]')
      const form = forms.find(([path]) => path === list)?.[1] ?? ''
      assert.ok(field === undefined || form.includes(field.replaceAll(/[.[\]]/g, '')), key)
    }
  })

  it('have our defaults', () => {
    const shown = effective(defaults)
    for (const { key, fallback } of referenceKeys().filter((each) => !each.key.includes('[]'))) {
      const flat = readYaml(
        `${key.replaceAll('.', ': {')}: ${asYaml(fallback)}`.concat(
          '}'.repeat(key.split('.').length - 1),
        ),
      )
      assert.deepEqual(checkNodeConfig(flat.raw), defaults, key)
      assert.ok(shown[key] !== undefined, key)
    }
  })
})

describe('the recorded files of the reference', { skip: isReferenceAbsent }, () => {
  it('with its defaults says nothing that ours do not', () => {
    const { raw } = readYaml(readReference('configs/defaults.yaml'))
    assert.deepEqual(checkNodeConfig(raw), defaults)
    const example = Object.fromEntries(flatten(readYaml(formatExample()).raw))
    const recorded = flatten(raw)
    assert.ok(recorded.length > 60)
    for (const [path, value] of recorded) assert.deepEqual(example[path], value, path)
  })

  for (const name of listReference('configs')) {
    it(`${name} is read, and what is in effect says the same`, () => {
      const file = join(REFERENCE_FOLDER, 'configs', name)
      const { config, sources, unset } = loadConfig({ file, environment: VARIABLES })
      assert.deepEqual(unset, [])
      const [mode] = name.split('-')
      assert.equal(config.mode, mode === 'defaults.yaml' ? 'client' : mode)
      const printed = formatEffective(explainNodeConfig(config, sources))
      assert.deepEqual(checkNodeConfig(readYaml(printed).raw), config)
      const rows = explainNodeConfig(config, sources)
      const recorded = new Set(
        flatten(readYaml(readReference(`configs/${name}`)).raw).map(([path]) => path),
      )
      for (const { path, origin } of rows)
        assert.equal(origin !== undefined, recorded.has(path), path)
    })
  }
})

describe('the configuration as a file', () => {
  it('with every default is read back as all defaults', () => {
    assert.deepEqual(checkNodeConfig(readYaml(formatExample()).raw), defaults)
  })

  it('tells behind each value where it comes from', () => {
    const sources = { environment: { WADI_P2P_PORT: '7' }, flags: ['--metrics.mode=pull'] }
    const lines = formatEffective(explainNodeConfig(checkNodeConfig(undefined, sources), sources))
    assert.match(lines, /^ {4}port: 7 # WADI_P2P_PORT$/m)
    assert.match(lines, /^ {4}mode: pull # --metrics\.mode$/m)
    assert.match(lines, /^mode: client # default$/m)
  })

  it('has a sentence and a form for every key', () => {
    for (const { path, doc, form } of documentNodeConfig()) {
      assert.match(doc, /\.$|\.\)$/, path)
      assert.notEqual(form, '', path)
    }
  })
})
