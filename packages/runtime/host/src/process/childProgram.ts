/** A program that runs as a child of this process. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import { RuntimeFaultError } from '../errors.ts'
import type { OutputSink } from '../launcher.ts'

/** What is started, and with what. */
export interface ChildOptions {
  readonly path: string
  readonly args: readonly string[]
  /** All of its environment: nothing of ours is handed on. */
  readonly env: Readonly<Record<string, string>>
  /** What it finds to read behind its file descriptors 3, 4 and so on. */
  readonly inputs?: readonly Uint8Array[]
  readonly output: OutputSink
}

/** See the top of this file. */
export class ChildProgram {
  /** Resolves, with how it ended. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  #hasEnded = false

  private constructor(child: ChildProcess, { inputs = [], output }: ChildOptions) {
    this.#child = child
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.kill()
        this.#hasEnded = true
        resolve(signal ?? `exit code ${code}`)
      })
    })
    child.on('error', () => undefined)
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', output).on('error', () => undefined)
    }
    for (const [i, input] of inputs.entries()) {
      const pipe = child.stdio[3 + i] as Writable
      // One that ends before it has read everything is told of by how it ends.
      pipe.on('error', () => undefined)
      pipe.end(input)
    }
  }

  /** Rejects if the program cannot be started. */
  static async start(options: ChildOptions): Promise<ChildProgram> {
    const { path, args, env, inputs = [] } = options
    const stdio: SpawnOptions['stdio'] = [
      'ignore',
      'pipe',
      'pipe',
      ...inputs.map(() => 'pipe' as const),
    ]
    // A group of its own: what it starts ends with it, and a terminal's signals are for the node.
    const child = spawn(path, args, { env, stdio, detached: true })
    const program = new ChildProgram(child, options)
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', ({ message: detail }) => {
        reject(new RuntimeFaultError({ kind: 'no-start', detail }))
      })
    })
    return program
  }

  /** Ends it and what it has started. */
  kill(): void {
    const { pid } = this.#child
    if (pid === undefined || this.#hasEnded) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // Nothing of it is left.
    }
  }
}
