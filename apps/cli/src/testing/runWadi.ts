/** Command lines in a test: what they say, and how they end. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { exitCodeOf } from '../exitCodes.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { wadiCommands } from '../wadiCommands.ts'

const PRIVATE_MODE = 0o600

/** What a command line led to. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The folder of somebody, and what is in their environment. */
export class Person {
  readonly home: string = mkdtempSync(join(tmpdir(), 'wadi-person-'))
  readonly environment: Record<string, string>

  constructor(environment: Readonly<Record<string, string>> = {}) {
    // No network of whoever runs the tests is found.
    const WADI_LOCALNET = join(this.home, 'none')
    this.environment = { HOME: this.home, WADI_LOCALNET, ...environment }
  }

  /** Writes a file in their folder that nobody else can read; where it is. */
  write(name: string, text: string): string {
    const path = join(this.home, name)
    writeFileSync(path, text, { mode: PRIVATE_MODE })
    return path
  }

  /** Runs a command line. */
  async run(args: readonly string[], terminal?: Terminal): Promise<Ran> {
    let [out, err] = ['', '']
    const code = await runCommandLine(wadiCommands, args, {
      environment: this.environment,
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      exitCodeOf,
      ...(terminal && { terminal }),
    } as Parameters<typeof runCommandLine>[2])
    return { code, out, err }
  }

  /** Removes their folder. */
  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}
