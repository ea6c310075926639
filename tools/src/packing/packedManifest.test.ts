import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { packedManifest } from './packedManifest.ts'

const manifest = {
  name: '@wadi/a',
  version: '1.2.3',
  license: 'Apache-2.0',
  exports: { './one': './src/one.ts', './testing/two': './src/testing/two.ts' },
  dependencies: { '@wadi/b': '*', yaml: '2.9.1', unused: '1.0.0' },
  devDependencies: { 'fast-check': '4.10.2' },
}
const versions = { house: { '@wadi/a': '1.2.3', '@wadi/b': '1.2.3', '@wadi/c': '1.2.3' } }

describe('packedManifest', () => {
  it('names what is there, and exact versions of what that imports', () => {
    const files = new Map([
      ['dist/one.js', `import 'yaml'\nimport { b } from '@wadi/b/b'`],
      ['dist/one.d.ts', `export const c: import("@wadi/c/c").C`],
    ])
    assert.deepEqual(packedManifest(manifest, files, { ...versions, node: '>=20' }), {
      name: '@wadi/a',
      version: '1.2.3',
      license: 'Apache-2.0',
      type: 'module',
      engines: { node: '>=20' },
      exports: { './one': { types: './dist/one.d.ts', default: './dist/one.js' } },
      dependencies: { '@wadi/b': '1.2.3', '@wadi/c': '1.2.3', yaml: '2.9.1' },
    })
  })

  it('refuses an import that nobody declared', () => {
    const files = new Map([['dist/one.js', `import 'elsewhere'`]])
    assert.throws(() => packedManifest(manifest, files, { ...versions, node: undefined }), {
      message: '@wadi/a imports elsewhere and does not declare it',
    })
  })
})
