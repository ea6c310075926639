/** Packs, installs into an empty folder from a registry of the house, and uses what is there. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ROOT } from '../repository.ts'
import { packHouse } from './packHouse.ts'
import { runNpm } from './tarballs.ts'
import { HouseRegistry, thirdParties } from './testing/houseRegistry.ts'

const MODULES = join(ROOT, 'node_modules')
const NODE = /^node-(bin-)?(linux|darwin)-(x64|arm64)$/
const LIMIT_MS = 120_000

const place = mkdtempSync(join(tmpdir(), 'wadi-packed-'))
const [tarballs, installed] = [join(place, 'tarballs'), join(place, 'empty')]

/** The machine's own Node comes first, as where nothing of the house is. */
const PATH = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((each) => !each.startsWith(MODULES))
  .join(delimiter)

function run(program: string, ...args: string[]) {
  return spawnSync(program, args, {
    cwd: installed,
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: { ...process.env, PATH, npm_config_offline: 'true' },
  })
}

function runModule(node: string, text: string) {
  const file = join(installed, 'use.mjs')
  writeFileSync(file, text)
  return run(node, file)
}

const tarballsIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(folder, name))

/** What the packed packages stand on. */
function declaredIn(packed: readonly string[]): readonly string[] {
  return packed.flatMap((tarball) => {
    const options = ['-xOzf', tarball, 'package/package.json']
    const { stdout } = spawnSync('tar', options, { encoding: 'utf8' })
    return Object.keys(JSON.parse(stdout).dependencies ?? {})
  })
}

/** A hundred megabytes: the only package that is linked and not packed. */
function linkNode(): void {
  for (const name of readdirSync(MODULES).filter((each) => NODE.test(each)))
    symlinkSync(join(MODULES, name), join(installed, 'node_modules', name))
}

describe('what people install', () => {
  before(async () => {
    await packHouse(tarballs)
    const packed = [tarballs, join(tarballs, '@wadi')].flatMap(tarballsIn)
    const others = thirdParties(declaredIn(packed), ROOT)
    const registry = await HouseRegistry.start(others, join(place, 'others'))
    mkdirSync(installed)
    const told = ['--registry', registry.url, '--cache', join(place, 'cache'), '--omit=optional']
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', installed]
    await runNpm(['install', ...told, ...quiet, ...packed])
    registry.close()
  })
  after(() => rmSync(place, { recursive: true }))

  it('says which Node it needs where there is none', (t) => {
    const { status, stdout, stderr } = run('npx', 'wadi', '--help')
    if (status === 0) t.diagnostic(`the machine's own Node is new enough`)
    else assert.match(stderr, /^wadi needs Node 24.7 or newer, and this is Node /m)
    assert.equal(status === 0, stdout.includes('Usage:'))
    linkNode()
  })

  it('runs programs on whatever Node the machine has', () => {
    const help = run('npx', 'wadi', '--help')
    assert.equal(help.status, 0, help.stderr)
    assert.match(help.stdout, /Usage:\n {2}wadi \[command\]/)
    const version = run('npx', 'wadi-node', '--version')
    assert.equal(version.status, 0, version.stderr)
    assert.match(version.stdout, /Consensus protocol version: 7\.0\.0/)
    const unknown = run('npx', 'wadi', 'no-such-command')
    assert.equal(unknown.status, 2, unknown.stderr)
  })

  it('has in it whatever can be imported', () => {
    const done = runModule(
      process.execPath,
      `import { readdirSync, readFileSync } from 'node:fs'
const read = (name) => JSON.parse(readFileSync(\`node_modules/@wadi/\${name}/package.json\`, 'utf8'))
const names = readdirSync('node_modules/@wadi').flatMap((name) =>
  Object.keys(read(name).exports).map((entry) => \`@wadi/\${name}\${entry.slice(1)}\`))
const all = names.filter((name) => !/[/](main$|programs[/])/.test(name))
for (const name of all) await import(name)
process.stdout.write(String(all.length))
process.exit()`,
    )
    assert.equal(done.stderr, '')
    assert.ok(Number(done.stdout) > 100, done.stdout)
  })

  it('makes a network in a test, of a process each', () => {
    const done = runModule(
      process.execPath,
      `import { createNetwork } from '@wadi/localnet/create-network'
const network = await createNetwork({ blockMs: 20, validators: 1, processes: 'each' })
const blocks = network.nodes[0].client.consensus.watchBlocks()
for await (const { height } of blocks) if (height >= 2n) break
await network.stop()
console.log('block 2')`,
    )
    assert.equal(done.stdout, 'block 2\n', done.stderr)
  })

  it('has a client that the Node of the machine can load', () => {
    const done = runModule(
      'node',
      `import { createNodeClient } from '@wadi/sdk/node-client'
import { createWebTransport } from '@wadi/sdk/web-transport'
import { createLightNode } from '@wadi/sdk/light-node'
const node = createNodeClient(createWebTransport({ url: 'http://127.0.0.1:1' }))
console.log(typeof createLightNode, typeof node.staking.account)`,
    )
    assert.equal(done.stdout, 'function function\n', done.stderr)
  })

  it('has types that a compiler finds, and that are not any', () => {
    const compilerOptions = { module: 'NodeNext', target: 'ES2022', strict: true, noEmit: true }
    // Without the types of Node; a network is disposed of, which ES2022 does not know yet.
    const lib = ['ES2022', 'DOM', 'ESNext.Disposable']
    const options = { ...compilerOptions, types: [], lib }
    const use = `import { quantity } from '@wadi/primitives/quantity'
import { createNetwork } from '@wadi/localnet/create-network'
import { methodCall } from '@wadi/sdk/method-call'
import { createNodeClient } from '@wadi/sdk/node-client'
import { createWebTransport } from '@wadi/sdk/web-transport'
const node = createNodeClient(createWebTransport({ url: 'http://127.0.0.1:42280' }))
const { latestHeight } = await node.consensus.getStatus()
export const call = methodCall('staking.Burn', { amount: quantity(latestHeight) })
export const wrong: string = latestHeight
export type Options = Parameters<typeof createNetwork>[0]
`
    writeFileSync(join(installed, 'use.mts'), use)
    const project = JSON.stringify({ compilerOptions: options, files: ['use.mts'] })
    writeFileSync(join(installed, 'tsconfig.json'), project)
    const tsc = join(MODULES, 'typescript/bin/tsc')
    const { stdout } = run(process.execPath, tsc, '-p', installed, '--pretty', 'false')
    const errors = stdout.split('\n').filter((line) => line.includes('error'))
    assert.deepEqual(errors, [
      "use.mts(9,14): error TS2322: Type 'bigint' is not assignable to type 'string'.",
    ])
  })
})
