/** Command lines as the program gets them, run inside a test. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandGroup } from '@wadi/node-config/command'
import { flagKeys } from '@wadi/node-config/config-text'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { genesisCommands } from '../../genesis/genesisCommands.ts'
import { identityCommands } from '../../identity/identityCommands.ts'
import { registryCommands } from '../registryCommands.ts'

/** The commands with which a network is provisioned. */
export const provisioningRoot: CommandGroup = {
  name: 'wadi-node',
  summary: 'a node',
  shared: persistentFlags,
  commands: [genesisCommands, identityCommands, registryCommands],
}

/** What a command did. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line. */
export async function runWords(...words: readonly string[]): Promise<Ran> {
  const written = { out: '', err: '' }
  const code = await runCommandLine(provisioningRoot, words, {
    environment: {},
    keys: flagKeys(),
    out: { write: (text: string) => (written.out += text) },
    err: { write: (text: string) => (written.err += text) },
  })
  return { code, ...written }
}

const root = mkdtempSync(join(tmpdir(), 'provisioning-'))
process.once('exit', () => rmSync(root, { recursive: true, force: true }))

/** A new folder that only its owner can look into, gone when the process ends. */
export function scratchFolder(): string {
  return mkdtempSync(join(root, 'folder-'))
}
