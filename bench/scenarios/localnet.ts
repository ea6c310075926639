/** What the processes of a local network take, beside a few transfers a second. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { assert } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { localAccount } from '@wadi/localnet/accounts'
import { connectNetwork, type NetworkConnection } from '@wadi/localnet/create-network'
import { SignedTransaction } from '@wadi/primitives/transaction'
import { canSeeProcesses, processesOf, residentBytesOf } from '../src/loopback/processUse.ts'
import type { Contender, Meter, Scenario } from '../src/scenario.ts'

const LOCALNET = fileURLToPath(new URL('../../apps/localnet/src/main.ts', import.meta.url))
const ONE = 'wadi, four validators in one process'
const EACH = 'wadi, the largest of four processes'
const MEGABYTE = 1_000_000
const LOAD_MS = 30_000
const POLL_MS = 200

/** Connects when blocks are made. */
async function connect(folder: string, isAlive: () => boolean): Promise<NetworkConnection> {
  // Whoever looks for a network makes its files where there are none.
  while (!existsSync(join(folder, 'node-3', 'internal.sock'))) {
    assert(isAlive(), 'the network begins')
    await sleep(POLL_MS)
  }
  const network = await connectNetwork(folder)
  await network.nodes[0]!.client.nodeController.waitSync(undefined, { whenAway: 'wait' })
  return network
}

/** Pays again and again, each payment after the block of the one before. */
async function pay({ nodes, files: { chainContext } }: NetworkConnection): Promise<number> {
  const [from, to] = [localAccount(0), localAccount(1).address]
  const endMs = performance.now() + LOAD_MS
  let count = 0
  for (; performance.now() < endMs; count++) {
    const order = { chainContext, from, to, amount: 1n, nonce: BigInt(count) }
    const { consensus } = nodes[count % nodes.length]!.client
    await consensus.submitTx(decode(SignedTransaction, signedTransfer(order)))
  }
  return count
}

function largest(name: string, flags: readonly string[]): Meter {
  let payments = 0
  return {
    name,
    async measure() {
      const folder = mkdtempSync(join(tmpdir(), 'wadi-memory-'))
      const args = [LOCALNET, '--plain', '--paratimes', 'none', '--folder', folder, ...flags]
      const child = spawn(process.execPath, args, { stdio: 'ignore' })
      const exited = once(child, 'exit')
      try {
        const network = await connect(folder, () => child.exitCode === null)
        payments = await pay(network)
        const bytes = residentBytesOf(processesOf(folder))
        network.close()
        return bytes / MEGABYTE
      } finally {
        child.kill('SIGINT')
        await exited
        rmSync(folder, { recursive: true, force: true })
      }
    },
    note: () => `after ${LOAD_MS / 1_000} s and ${payments} payments`,
  }
}

function create(): readonly Contender[] {
  if (canSeeProcesses()) return [largest(ONE, []), largest(EACH, ['--processes'])]
  return [ONE, EACH].map((name) => ({ name, absent: 'processes cannot be looked at here' }))
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'localnet/memory',
    unit: 'MB',
    goals: [
      { contender: ONE, atMost: 600 },
      { contender: EACH, atMost: 200 },
    ],
    create,
  },
]
