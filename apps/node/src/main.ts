#!/usr/bin/env -S node --max-semi-space-size=8
/** `wadi-node`: a node, and commands about it. Exit codes are in `exitCodes.ts`. */

import { enableCompileCache } from 'node:module'
import { flagKeys } from '@wadi/node-config/config-text'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf, FAILED, sentenceOf } from './exitCodes.ts'
import { rootCommand } from './rootCommand.ts'

/** Whatever is still open then, the process ends. */
const END_MS_MAX = 5_000

// PERF: a program that finds itself compiled starts in half of the time.
enableCompileCache()

const { stdout: out, stderr: err, env: environment } = process
try {
  const world = { out, err, environment, keys: flagKeys(), exitCodeOf }
  process.exitCode = await runCommandLine(rootCommand, process.argv.slice(2), world)
} catch (error) {
  err.write(`wadi-node: ${sentenceOf(error)}\n`)
  if (error instanceof Error) err.write(`${error.stack}\n`)
  process.exitCode = FAILED
}
setTimeout(() => process.exit(), END_MS_MAX).unref()
