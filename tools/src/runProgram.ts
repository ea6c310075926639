/** Runs a program to its end and keeps what it says. */

import { spawn } from 'node:child_process'
import { ROOT } from './repository.ts'

export type Ended = {
  readonly code: number
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string
  /** How it ended, in words. */
  readonly reason: string
}

export type ProgramOptions = {
  readonly limitMs: number
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Runs `program` in the repository's folder; past its limit it is killed, which is a failure. */
export function runProgram(
  program: string,
  args: readonly string[],
  { limitMs, env }: ProgramOptions,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: string[] = []
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, limitMs)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk))
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 1, output: error.message, reason: 'could not be started' })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const limit = `stopped after its ${Math.round(limitMs / 1000)} s`
      const reason = isLate ? limit : `exit code ${code ?? signal}`
      resolve({ code: code ?? 1, output: chunks.join(''), reason })
    })
  })
}
