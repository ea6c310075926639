import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { importedPackages, neededModules } from './imports.ts'

describe('importedPackages', () => {
  it('finds what is imported in any form, and nothing of Node', () => {
    const text = `import { a } from '@noble/hashes/sha2.js'
import 'yaml'
export * from "@wadi/base/bytes"
import { join } from 'node:path'
import { b } from './b.js'
const c = await import('classic-level')
const main = import.meta.resolve('@wadi/node/main')
export const d: import("@wadi/cbor/schema").Schema
const bytes = Buffer.from('text')`
    assert.deepEqual(importedPackages([text]), [
      '@noble/hashes',
      '@wadi/base',
      '@wadi/cbor',
      '@wadi/node',
      'classic-level',
      'yaml',
    ])
  })
})

describe('neededModules', () => {
  it('follows files and the names of packages, in circles too, and leaves the rest', () => {
    const modules: Readonly<Record<string, string>> = {
      'a/src/entry': `import './folder/one.js'`,
      'a/src/folder/one': `import { two } from '@wadi/b/two'\nimport '../entry.js'`,
      'b/src/two': `export type { Three } from './three.ts'`,
      'b/src/three': `import 'yaml'`,
      'b/src/testing/four': '',
    }
    const exports = new Map([
      ['@wadi/b/two', 'b/src/two'],
      ['@wadi/b/testing/four', 'b/src/testing/four'],
    ])
    const needed = neededModules(['a/src/entry'], exports, (name) => [modules[name]!])
    assert.deepEqual([...needed], ['a/src/entry', 'a/src/folder/one', 'b/src/two', 'b/src/three'])
  })
})
