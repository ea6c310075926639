/** `doctor`: says in words why a node is not in sync, not registered or not elected. */

import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processClock } from '@wadi/compose/process-world'
import { type Call, type CommandWorld, command } from '@wadi/node-config/command'
import { internalSocketOf } from '@wadi/node-config/internal-socket'
import { loadConfig } from '@wadi/node-config/load-config'
import type { NodeConfig } from '@wadi/node-config/node-config'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ownerOf } from '@wadi/registration/owner'
import { addressFlags } from '../connection/connectionFlags.ts'
import { withNode } from '../connection/nodeConnection.ts'
import { errors } from '../transaction/commandErrors.ts'
import type { Finding } from './finding.ts'
import { diagnose } from './findings.ts'
import { gatherFacts, type KnownSettings } from './gatherFacts.ts'
import { gatherMachine } from './machineFacts.ts'

const WELL = 0
const NOT_WELL = 1
const OUTPUTS = ['text', 'json']
const SOCKET = /^unix:(?:\/\/)?/

const flags = {
  ...addressFlags,
  config: persistentFlags.config,
  output: { kind: 'text', doc: 'text or json', fallback: 'text' },
} as const

/** See the top of this file; 0 if the node is well, 1 if something is to be said. */
export const doctor = command<typeof flags>({
  name: 'doctor',
  summary: 'say why a node is not in sync or not elected, and what to do',
  details: ['It asks the running node, and ends with 0 if nothing is wrong, else with 1.'],
  examples: [
    'wadi-node doctor -a unix:/node/data/internal.sock',
    'wadi-node doctor --config node.yaml --output json',
  ],
  options: flags,
  async run(call, world) {
    const { output } = call.flags
    if (!OUTPUTS.includes(output))
      throw errors.badValue(`--output is ${JSON.stringify(output)}; give text or json`)
    const settings = settingsOf(call, world)
    const target =
      settings === undefined || call.given.has('address')
        ? call.flags.address
        : `unix:${internalSocketOf(settings)}`
    const folder = settings?.common.dataDir ?? folderOf(target)
    const { insecure } = call.flags
    const facts = await gatherFacts(
      (use) => withNode({ address: target, insecure, wait: false }, world, use),
      {
        target,
        settings: settings && knownOf(settings),
        world: {
          machine: () => gatherMachine(processClock, folder),
          monotonicMs: processClock.monotonicMs,
          wait: (ms) => sleep(ms),
        },
      },
    )
    const findings = diagnose(facts)
    world.out.write(output === 'json' ? jsonOf(findings) : textOf(findings))
    return findings.length === 0 ? WELL : NOT_WELL
  },
})

function settingsOf(
  { flags: { config } }: Call<typeof flags>,
  { environment }: CommandWorld,
): NodeConfig | undefined {
  return config === '' ? undefined : loadConfig({ file: config, environment }).config
}

function knownOf({ registration, mode, consensus }: NodeConfig): KnownSettings {
  return {
    owner: ownerOf(nodeFiles, registration),
    isValidator: mode === 'validator' || consensus.validator,
  }
}

/** Where the socket is, the data folder mostly is. */
function folderOf(target: string): string | undefined {
  return SOCKET.test(target) ? dirname(target.replace(SOCKET, '')) : undefined
}

function jsonOf(findings: readonly Finding[]): string {
  return `${JSON.stringify({ healthy: findings.length === 0, findings }, undefined, 2)}\n`
}

function textOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'The node is well.\n'
  return findings
    .map(({ what, why, next }) => `${what}\n  why   ${why}\n  next  ${next}\n`)
    .join('\n')
}
