#!/usr/bin/env node
/** `wadi`: the network for people. */

import { enableCompileCache } from 'node:module'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf, FAILED } from './exitCodes.ts'
import { openTerminal } from './terminal/terminal.ts'
import { wadiCommands } from './wadiCommands.ts'

// PERF: a program that finds itself compiled starts in half of the time.
enableCompileCache()

const { stdin: input, stdout: out, stderr: err, env: environment } = process
const terminal = openTerminal({ input, output: err })
const [first, ...rest] = process.argv.slice(2)
// What people try first.
const words = first === '--version' ? ['version', ...rest] : process.argv.slice(2)
try {
  const world = { out, err, environment, terminal, exitCodeOf }
  process.exitCode = await runCommandLine(wadiCommands, words, world)
} catch (error) {
  err.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = FAILED
}
