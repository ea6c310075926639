/**
 * Bundles for tests, whose program is one file: Node, with the sources of a program of this house
 * inside. It needs nothing around it, so that it runs in a sandbox, too.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { make } from '@wadi/cbor/codec'
import type { Hash } from '@wadi/primitives/hash'
import { withDigests, writeBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import {
  COMPONENT_KINDS,
  Component,
  hashOfManifest,
  Manifest,
} from '@wadi/runtime-protocol/bundle/manifest'
import type { ScriptedRuntime } from './scriptBundle.ts'

/** Notes which modules a program loads, and what each of them means by a name. */
const NOTES = `
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
const sources = {}
const meant = {}
registerHooks({
  resolve(name, context, next) {
    const found = next(name, context)
    if (found.url.startsWith('file:')) meant[(context.parentURL ?? '') + ' ' + name] = found.url
    return found
  },
  load(url, context, next) {
    const loaded = next(url, context)
    if (url.startsWith('file:'))
      sources[url] = { format: loaded.format, source: Buffer.from(loaded.source).toString() }
    return loaded
  },
})
const { begin, notes } = process.env
process.on('exit', () => writeFileSync(notes, JSON.stringify({ begin, sources, meant })))
`

/** Runs the program: its modules are found in the file itself. */
const START = `
const { getAsset } = require('node:sea')
const { registerHooks } = require('node:module')
const { Script, constants } = require('node:vm')
const { begin, sources, meant } = JSON.parse(getAsset('modules', 'utf8'))
registerHooks({
  resolve(name, context, next) {
    const url = name === begin ? begin : meant[(context.parentURL ?? '') + ' ' + name]
    return url === undefined ? next(name, context) : { url, shortCircuit: true }
  },
  load(url, context, next) {
    const found = sources[url]
    return found === undefined ? next(url, context) : { ...found, shortCircuit: true }
  },
})
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
new Script('import(' + JSON.stringify(begin) + ')', { importModuleDynamically }).runInThisContext()
`

/** PERF: a program of 150 MB is packed in a third of the time, and nobody sends it anywhere. */
const LEVEL = 1
const quickCompression: typeof zlibCompression = {
  ...zlibCompression,
  deflate: (bytes) => Uint8Array.from(deflateRawSync(bytes, { level: LEVEL })),
}

/** Whoever starts the program without a host is told so, once all of its modules are there. */
function noteModules({ href: begin }: URL, notes: string): void {
  const watching = `data:text/javascript,${encodeURIComponent(NOTES)}`
  spawnSync(process.execPath, ['--import', watching, fileURLToPath(begin)], {
    env: { begin, notes },
    stdio: 'ignore',
  })
}

/** The program as one file; only where Node can make such files. */
function buildProgram(module: URL): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-program-'))
  try {
    const path = (name: string) => join(folder, name)
    noteModules(module, path('modules'))
    writeFileSync(path('start.cjs'), START)
    const plan = {
      main: path('start.cjs'),
      output: path('program'),
      disableExperimentalSEAWarning: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      execArgvExtension: 'none',
      assets: { modules: path('modules') },
    }
    writeFileSync(path('plan.json'), JSON.stringify(plan))
    execFileSync(process.execPath, ['--build-sea', path('plan.json')], { stdio: 'pipe' })
    return readFileSync(path('program'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Writes it, and gives the hash of its manifest. */
export function writeProgramBundle(path: string, { id, version, module }: ScriptedRuntime): Hash {
  const files = new Map([['runtime', buildProgram(module)]])
  const elf = { executable: 'runtime' }
  const component = make(Component, { kind: COMPONENT_KINDS.onChain, version, elf })
  const manifest = withDigests(make(Manifest, { id, components: [component] }), files)
  writeFileSync(path, writeBundle(manifest, files, quickCompression))
  return hashOfManifest(manifest)
}
