import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createHouse } from './house.ts'
import { rulesFor } from './tidy.ts'

const TODAY = '2026-11-21'
const BASE = 'packages/common/base/'
const TREE = 'packages/common/mkvs/'

function manifest(name: string, layer: number, more: object = {}): string {
  return JSON.stringify({ name, wadi: { layer, world: 'rules' }, ...more })
}

/** A small house in which everything is in order. */
const GOOD: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ devDependencies: { 'fast-check': '1.0.0' } }),
  [`${BASE}package.json`]: manifest('@wadi/base', 0, { exports: { './bytes': './src/bytes.ts' } }),
  [`${BASE}README.md`]: '# base\n\nBytes.\n\n## Owns\n\nBytes.\n\n## Does not own\n\nHashes.\n',
  [`${BASE}src/bytes.ts`]: "export const a = 'a'\n",
  [`${TREE}package.json`]: manifest('@wadi/mkvs', 3, { dependencies: { '@wadi/base': '*' } }),
  [`${TREE}README.md`]: '# mkvs\n\nA tree.\n\n**Owns** nodes.\n**Does not own** disks.\n',
  [`${TREE}src/tree.ts`]: "import { a } from '@wadi/base/bytes'\nexport const b = a\n",
  'tsconfig.rules.json': JSON.stringify({ include: ['packages/common/*/src/**/*.ts'] }),
  'tsconfig.web.json': JSON.stringify({ include: ['packages/common/*/src/**/*.ts'] }),
  'tsconfig.node.json': JSON.stringify({ include: ['packages/**/*.ts'] }),
  'docs/spec-map.md': `| 4.1 Shape | \`${TREE}src/tree.ts\` |\n`,
  'package-lock.json': JSON.stringify({
    packages: {
      '': { devDependencies: { 'fast-check': '1.0.0' } },
      'packages/common/base': {},
      'packages/common/mkvs': { dependencies: { '@wadi/base': '*' } },
    },
  }),
  'conformance/runners/roots.test.ts': '',
  'conformance/STATUS.md': '| [roots](runners/roots.test.ts) | 2 | 9 | 8 | 1 |\n',
  'docs/dependencies.md': '| `fast-check` | properties |\n',
  'ARCHITECTURE.md': '| `@wadi/base` | 0 | rules | x |\n| `@wadi/mkvs` | 3 | rules | x |\n',
}

function find(rule: string, planted: Readonly<Record<string, string>>): string[] {
  const files = new Map([...Object.entries(GOOD), ...Object.entries(planted)])
  const house = createHouse(files)
  const check = rulesFor(TODAY)[rule]
  assert.ok(check, `there is no rule ${rule}`)
  return check(house).map(({ path, line, message }) => `${path}:${line} ${message}`)
}

function assertFound(rule: string, planted: Readonly<Record<string, string>>, place: string): void {
  assert.deepEqual(find(rule, {}), [], `${rule} is content with a good house`)
  const findings = find(rule, planted)
  assert.equal(findings.length, 1, findings.join('\n'))
  assert.ok(findings[0]?.startsWith(place), findings.join())
}

const tree = (text: string) => ({ [`${TREE}src/tree.ts`]: text })
const test = (text: string) => ({ [`${TREE}src/tree.test.ts`]: text })

describe('tidy: imports', () => {
  it('refuses an import to a higher layer', () => {
    const planted = { [`${BASE}src/bytes.ts`]: "\nimport { b } from '@wadi/mkvs/tree'" }
    assertFound('imports', planted, `${BASE}src/bytes.ts:2`)
  })

  it('refuses an import to a package of the same layer', () => {
    const planted = { 'packages/common/x/package.json': manifest('@wadi/x', 3) }
    const found = find('imports', { ...planted, ...tree("import { c } from '@wadi/x/c'") })
    assert.match(found.join(), /sideways/)
  })

  it('refuses a dependency that goes up even while no file imports it', () => {
    const up = manifest('@wadi/base', 0, { dependencies: { '@wadi/mkvs': '*' } })
    assertFound('direction', { [`${BASE}package.json`]: up }, `${BASE}package.json`)
    assert.equal(find('circles', { [`${BASE}package.json`]: up }).length, 2)
  })

  it('refuses a relative import that leaves the package', () => {
    assertFound(
      'imports',
      tree("export { a } from '../../base/src/bytes.ts'"),
      `${TREE}src/tree.ts:1`,
    )
  })

  it('refuses a package that the manifest does not declare', () => {
    assertFound('imports', tree("import x from 'left-pad'"), `${TREE}src/tree.ts:1`)
    assertFound('imports', tree("const x = import('left-pad')"), `${TREE}src/tree.ts:1`)
    assertFound('imports', tree("import fc from 'fast-check'"), `${TREE}src/tree.ts:1`)
    assert.deepEqual(find('imports', test("import fc from 'fast-check'")), [])
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is a source text
    assert.deepEqual(find('imports', tree('const x = `no file ${from}`')), [])
  })

  it('refuses the modules of Node in the rules, but not in their tests', () => {
    assertFound('imports', tree("import 'node:fs'"), `${TREE}src/tree.ts:1`)
    assert.deepEqual(find('imports', test("import assert from 'node:assert/strict'")), [])
  })
})

describe('tidy: dry rules', () => {
  const wet = [
    'const t = Date.now()',
    'const t = new Date()',
    'const r = Math.random()',
    'const s = Math.sin(1)',
    'async function f() {}',
    'type P = Promise<void>',
    'const c = a.localeCompare(b)',
    'const s = list.sort()',
    'const s = list.toSorted()',
    'const f = 1.5',
    'const f = 1e-3',
    'console.log(1)',
    'const e = process.env',
    'const b = Buffer.from(x)',
    'eval(x)',
    'new Function(x)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is a source text
    'const t = `${Date.now()}`',
    'const t = globalThis.Date.now()',
    'const { random } = Math',
    "const r = Math['random']()",
    'const m = import(`./tree.ts`)',
  ]
  for (const line of wet) {
    it(`refuses ${line}`, () => assertFound('dry', tree(`\n${line}\n`), `${TREE}src/tree.ts:2`))
  }

  it('accepts the same words in tests, texts, comments and as names of members', () => {
    for (const line of wet) assert.deepEqual(find('dry', test(line)), [])
    const text = "// Date, async\nconst a = 'Promise'\nlist.sort((a, b) => a - b)\nblock.process"
    assert.deepEqual(find('dry', tree(text)), [])
    assert.deepEqual(find('dry', tree('const x = 0xe5 / 15n')), [])
  })
})

describe('tidy: worlds', () => {
  it('refuses a package that is not compiled as its world says', () => {
    const narrow = JSON.stringify({ include: ['packages/common/base/src/**/*.ts'] })
    assertFound('worlds', { 'tsconfig.rules.json': narrow }, 'tsconfig.rules.json')
    assertFound('worlds', { 'tsconfig.web.json': narrow }, 'tsconfig.web.json')
    const none = JSON.stringify({ include: ['packages/common/base/*.ts'] })
    assert.equal(find('worlds', { 'tsconfig.node.json': none }).length, 2)
  })
})

describe('tidy: words', () => {
  it('refuses plain errors in products', () => {
    assertFound('throws', tree("\nthrow new Error('x')"), `${TREE}src/tree.ts:2`)
    assertFound('throws', tree("throw Error('x')"), `${TREE}src/tree.ts:1`)
    assert.deepEqual(find('throws', test("throw new Error('x')")), [])
  })

  it('refuses comments that promise work', () => {
    assertFound('owed', tree(`// ${'TO'}${'DO'}: later`), `${TREE}src/tree.ts:1`)
    assert.deepEqual(find('owed', tree(`const a = '${'TO'}${'DO'}'`)), [])
  })

  it('refuses names that name no thing', () => {
    for (const name of ['utils', 'helpers', 'misc', 'common', 'index', 'treeManager', 'treeImpl']) {
      const path = `${TREE}src/${name}.ts`
      assertFound('names', { [path]: '' }, path)
    }
    const path = `${TREE}src/Tree.ts`
    assertFound('names', { [path]: '' }, path)
  })

  it('refuses lines over 100 columns unless they cannot be broken', () => {
    const words = `const a = ${'b + '.repeat(30)}c`
    assertFound('width', tree(words), `${TREE}src/tree.ts:1`)
    const kept = [`// see https://example.org/${'a/'.repeat(50)}`, `  '${'ab '.repeat(40)}',`]
    for (const line of kept) assert.deepEqual(find('width', tree(line)), [])
  })

  it('refuses skipped tests without a reason, without a date and with an old date', () => {
    const place = `${TREE}src/tree.test.ts:1`
    assertFound('skips', test("it.skip('a', f)"), place)
    assertFound('skips', test("it('a', f)\nit.skip('b', f)"), `${TREE}src/tree.test.ts:2`)
    assertFound('skips', test("it('a', f)\ndescribe.skip('b', f)"), `${TREE}src/tree.test.ts:2`)
    assertFound('skips', test("it('a', (t) => { t.skip('no device') })"), place)
    assertFound('skips', test("it('a', { skip: true }, f)"), place)
    assertFound('skips', test("it('a', { skip: 'flaky' }, f)"), place)
    assertFound('skips', test("it('a', { skip: 'peer is broken, 2026-08-01' }, f)"), place)
    assert.deepEqual(find('skips', test("it('a', { skip: 'broken, 2026-11-01' }, f)")), [])
    const decided = "it('a', { skip: isAbsent }, (t) => { if (isOld) return t.skip('old') })"
    assert.deepEqual(find('skips', test(decided)), [])
  })

  it('refuses excuses that have grown old', () => {
    const path = 'conformance/src/excuses.ts'
    assertFound('excuses', { [path]: "[{ since: '2026-01-01' }]" }, path)
    assert.deepEqual(find('excuses', { [path]: "[{ since: '2026-11-20' }]" }), [])
  })
})

describe('tidy: faces and documents', () => {
  it('refuses a package without a layer and a world', () => {
    const path = 'packages/common/stray/package.json'
    assertFound('faces', { [path]: JSON.stringify({ name: '@wadi/stray' }) }, path)
  })

  it('refuses an entry without a file, and a root entry', () => {
    const gone = manifest('@wadi/base', 0, { exports: { './gone': './src/gone.ts' } })
    assertFound('faces', { [`${BASE}package.json`]: gone }, `${BASE}package.json`)
    const root = manifest('@wadi/base', 0, { exports: { '.': './src/bytes.ts' } })
    assertFound('faces', { [`${BASE}package.json`]: root }, `${BASE}package.json`)
  })

  it('refuses a README without purpose, or without what the package owns', () => {
    const place = `${BASE}README.md`
    assertFound('faces', { [place]: '# base\n\n\n\n## Owns\n\n## Does not own\n' }, place)
    assertFound('faces', { [place]: '# base\n\nBytes.\n\n## Does not own\n' }, place)
    assertFound('faces', { [place]: '# base\n\nBytes.\n\n## Owns\n' }, place)
  })

  it('refuses a package without a README', () => {
    const path = 'packages/common/kv/package.json'
    assertFound('faces', { [path]: manifest('@wadi/kv', 1) }, 'packages/common/kv/README.md')
  })

  it('refuses paths in documents that do not exist', () => {
    assertFound('paths', { 'README.md': '\nSee `packages/gone.ts`.' }, 'README.md:2')
  })

  it('refuses a rule file that is not on the map from the specification', () => {
    const path = `${TREE}src/proof.ts`
    assertFound('spec-map', { [path]: '' }, path)
    assert.deepEqual(find('spec-map', { [`${TREE}src/kernel/hash.ts`]: '' }), [])
  })

  it('refuses a matrix that differs from the manifests', () => {
    const short = '| `@wadi/base` | 0 | rules | x |'
    assertFound('matrix', { 'ARCHITECTURE.md': short }, 'ARCHITECTURE.md:1')
    const long = `${GOOD['ARCHITECTURE.md']}| \`@wadi/x\` | 1 | rules |`
    assertFound('matrix', { 'ARCHITECTURE.md': long }, 'ARCHITECTURE.md:3')
  })

  it('refuses a runner over vectors without a row, a row without one, and one that failed', () => {
    const status = 'conformance/STATUS.md'
    const good = GOOD[status]
    assertFound('status', { 'conformance/runners/blocks.test.ts': '' }, `${status}:1`)
    const gone = `${good}| [blocks](runners/blocks.test.ts) | 1 | 1 | 1 | 0 |`
    assertFound('status', { [status]: gone }, `${status}:2`)
    for (const counts of ['9 | 1 | 0', '9 | 7 | 1', '0 | 0 | 0'])
      assertFound(
        'status',
        { [status]: `| [roots](runners/roots.test.ts) | 2 | ${counts} |` },
        status,
      )
  })

  it('refuses a long test that nothing runs, and the name of one that is not there', () => {
    const path = `${TREE}src/long-kills.test.ts`
    const run = (...lines: string[]) => ({ '.ci/run': `#!/bin/sh\n${lines.join('\n')}\n` })
    assertFound('long-tests', { [path]: '' }, path)
    assertFound('long-tests', { [path]: '', ...run(`# unit ${path}`) }, path)
    assertFound('long-tests', { [path]: '', ...run(`unit a # ${path}`) }, path)
    assertFound(
      'long-tests',
      { [path]: '', ...run(`unit ${path.slice(TREE.length)} ${path}`) },
      '.ci/run:2',
    )
    assertFound('long-tests', run('unit a', `unit ${path}`), '.ci/run:3')
    assert.deepEqual(find('long-tests', { [path]: '', ...run('unit \\', `  ${path} \\`) }), [])
  })

  it('refuses a manifest that the lock file does not know', () => {
    const path = `${TREE}package.json`
    const other = { dependencies: { '@wadi/base': '*' }, devDependencies: { 'fast-check': '*' } }
    assertFound('lock', { [path]: manifest('@wadi/mkvs', 3, other) }, path)
  })

  it('refuses a version that is not exact', () => {
    const path = `${TREE}package.json`
    for (const version of ['*', '^1.0.0', '~1.0.0', '1.x || 2', 'latest', '>=1']) {
      const more = { dependencies: { '@wadi/base': '*', 'fast-check': version } }
      assertFound('exact', { [path]: manifest('@wadi/mkvs', 3, more) }, path)
    }
  })

  it('refuses a dependency without a reason', () => {
    assertFound('dependencies', { 'docs/dependencies.md': '' }, 'docs/dependencies.md')
  })
})
