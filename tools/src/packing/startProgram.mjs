/**
 * Starts the program of this package on a Node that is new enough: the one that runs, if it is, or
 * else the one that came along as a package. Plain JavaScript that any Node from 20 on can read.
 */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The lowest Node that has all that the program calls. */
const NODE_MIN = [24, 7]

const require = createRequire(import.meta.url)
const { name, optionalDependencies = {}, wadi } = require('../package.json')
const program = require.resolve(wadi.starts)

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
}

/** npm installs the one package of Node that is for this platform. */
function findNode() {
  for (const each of Object.keys(optionalDependencies)) {
    try {
      const node = join(dirname(require.resolve(`${each}/package.json`)), 'bin', 'node')
      if (existsSync(node)) return node
    } catch {
      // It is for another platform.
    }
  }
  return undefined
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/**
 * Ends by the signal itself. An orderly exit gives the terminal its settings back, and Node 20
 * aborts where that fails because the terminal is gone.
 */
function endHungUp() {
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
}

function startOn(node) {
  const args = [...wadi.flags, program, ...process.argv.slice(2)]
  const child = spawn(node, args, { stdio: 'inherit' })
  let isHungUp = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      isHungUp ||= signal === 'SIGHUP'
      child.kill(signal)
    })
  }
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (isHungUp) endHungUp()
    else process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
  })
}

const packaged = isNewEnough() ? undefined : findNode()
if (isNewEnough()) await import(pathToFileURL(program).href)
else if (packaged !== undefined) startOn(packaged)
else {
  const [wanted, running] = [NODE_MIN.join('.'), process.versions.node]
  fail(
    `${name} needs Node ${wanted} or newer, and this is Node ${running}.\n` +
      `The package that brings one is not here: none of ${Object.keys(optionalDependencies)}.\n` +
      'Install again without --omit=optional, or install a newer Node.',
  )
}
