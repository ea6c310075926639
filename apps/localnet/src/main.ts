/** `npm start`: a network on this machine, with nothing else to install. */

import { enableCompileCache } from 'node:module'
import type { CodedError, UnavailableError } from '@wadi/base/errors'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { localnetCommands } from './localnetCommands.ts'

const END_MS_MAX = 5_000
const FAILED = 1
/** What it was told makes no sense. */
const MISUSED = 2

function exitCodeOf({ reason }: CodedError | UnavailableError): number {
  return reason.startsWith('usage.') ? MISUSED : FAILED
}

// PERF: a program that finds itself compiled starts in half of the time.
enableCompileCache()

const { stdout: out, stderr: err, env: environment } = process
try {
  const world = { out, err, environment, exitCodeOf }
  process.exitCode = await runCommandLine(localnetCommands, process.argv.slice(2), world)
} catch (error) {
  err.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = FAILED
}
setTimeout(() => process.exit(), END_MS_MAX).unref()
