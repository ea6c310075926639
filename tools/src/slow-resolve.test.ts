import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { listFiles, ROOT } from './repository.ts'

/** Thousands of imports, each with the whole path of its file. */
const OUTPUT_MAX = 64 * 1024 * 1024

const RESOLVE = pathToFileURL(join(ROOT, 'tools/resolve.mjs')).href

/** Every import of a source, as its text says: what it asks for, and who asks. */
function importsOf(path: string): readonly (readonly [string, string])[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const parent = pathToFileURL(join(ROOT, path)).href
  return [...text.matchAll(/^(?:import|export) .*from '([^']+)'$|^\} from '([^']+)'$/gm)].map(
    ([, inOneLine, afterMany]) => [inOneLine ?? afterMany!, parent],
  )
}

/** What a process of its own, begun without this hook, makes of a question. */
function ask(program: string, input: unknown): unknown {
  const { NODE_OPTIONS: _, ...env } = process.env
  const args = ['--input-type=module', '--eval', program]
  const options = { input: JSON.stringify(input), env, maxBuffer: OUTPUT_MAX }
  const done = spawnSync(process.execPath, args, options)
  assert.equal(done.status, 0, String(done.stderr))
  return JSON.parse(String(done.stdout))
}

const FOUND_BY_NODE = `
  import { readFileSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  const asked = JSON.parse(readFileSync(0, 'utf8'))
  let parentURL
  registerHooks({ resolve: (name, context, next) => next(name, { ...context, parentURL }) })
  const found = asked.map(([name, parent]) => {
    parentURL = parent
    return import.meta.resolve(name)
  })
  process.stdout.write(JSON.stringify(found))`

const FOUND_BY_US = `
  import { readFileSync } from 'node:fs'
  import { resolveSource } from '${RESOLVE}'
  const asked = JSON.parse(readFileSync(0, 'utf8'))
  const found = asked.map(([name, parent]) => resolveSource(name, parent) ?? '')
  process.stdout.write(JSON.stringify(found))`

describe('the way to our own sources', () => {
  it('is the one that Node finds, for every import of every source', () => {
    const sources = listFiles().filter((path) => /^(packages|apps|sim)\/.*\.ts$/.test(path))
    const ours = sources.flatMap(importsOf).filter(([name]) => /^(@wadi\/|\.)/.test(name))
    assert.ok(ours.length > 5_000, `only ${ours.length} imports were found`)
    assert.deepEqual(ask(FOUND_BY_US, ours), ask(FOUND_BY_NODE, ours))
  })

  it('is left to Node for everything else', () => {
    const here = pathToFileURL(join(ROOT, 'apps/node/src/main.ts')).href
    const elsewhere = pathToFileURL(join(ROOT, 'node_modules/yaml/dist/index.js')).href
    const asked = [
      ['node:fs', here],
      ['yaml', here],
      ['@wadi/base/no-such-thing', here],
      ['@wadi/no-such-package/thing', here],
      ['./errors.js', elsewhere],
    ]
    assert.deepEqual(
      ask(FOUND_BY_US, asked),
      asked.map(() => ''),
    )
  })
})
