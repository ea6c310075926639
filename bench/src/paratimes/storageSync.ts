/** Two nodes on loopback, each a process: one has the states of a runtime, and one gets them. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { decode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock } from '@wadi/compose/process-world'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { MemoryStore } from '@wadi/kv/memory-store'
import { CHAIN, startLoopback } from '@wadi/libp2p/testing/start-loopback'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { PublicKey } from '@wadi/primitives/publicKey'
import { RoundHistory } from '@wadi/workers/round-history'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { SyncCounter } from '@wadi/workers/sync-counter'
import { SyncShell } from '@wadi/workers/sync-shell'
import { RUNTIME_ID } from './storageRounds.ts'

const PROGRAM = fileURLToPath(new URL('storageServer.ts', import.meta.url))
const LOOK_MS = 10

/** What came of it. */
export interface StorageSync {
  readonly seconds: number
  /** Of the node that got the states. */
  readonly cpuSeconds: number
}

/** Gets all states, and has them stored for good. */
export async function syncStorage(): Promise<StorageSync> {
  const place = mkdtempSync(join(tmpdir(), 'wadi-storage-sync-'))
  const args = ['--no-warnings', PROGRAM, join(place, 'server')]
  const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const { value } = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next()
    assert(value !== undefined, 'the node that has the states serves them')
    const { port, blocks } = JSON.parse(value)
    const all = decode(list(AnnotatedBlock), parseHex(blocks))
    return await follow(join(place, 'client'), port, all)
  } finally {
    server.kill()
    rmSync(place, { recursive: true, force: true })
  }
}

async function follow(
  folder: string,
  port: number,
  blocks: readonly AnnotatedBlock[],
): Promise<StorageSync> {
  const id = PublicKey.check(createTestSigner('p2p', 'server').publicKey)
  const address = { ip: Uint8Array.of(127, 0, 0, 1), port: BigInt(port), zone: '' }
  const chain = CHAIN
  const network = await startLoopback('client', { persistentPeers: [{ id, address }] })
  const runtimeId = RUNTIME_ID
  const store = new RuntimeStore({ files: nodeFiles, path: `${folder}/trees`, chain, runtimeId })
  const history = await RoundHistory.open({ store: new MemoryStore(), runtimeId, seen: 'synced' })
  await history.commit(blocks)
  history.ready()
  const fatal: unknown[] = []
  const shell = new SyncShell({
    counter: new SyncCounter(new MetricsRegistry(), runtimeId, processClock),
    start: { namespace: runtimeId, genesisRound: 0n, last: undefined, checkpoints: 'wanted' },
    chainContext: chain,
    history,
    store,
    network,
    timers: nodeTimers,
    log: createLogger('sync', SILENT),
    onAvailability: () => undefined,
    onFatal: (error) => fatal.push(error),
  })
  const begun = { ms: performance.now(), cpu: process.cpuUsage() }
  shell.start()
  const last = blocks.at(-1)!.block.header.round
  while (history.lastSeenRound !== last && fatal.length === 0) await sleep(LOOK_MS)
  const { user, system } = process.cpuUsage(begun.cpu)
  const seconds = (performance.now() - begun.ms) / 1_000
  assert(fatal.length === 0, `the states come: ${fatal[0]}`)
  assert(store.lastRound === last, 'the states of the last round are here')
  shell.stop()
  await network.stop()
  return { seconds, cpuSeconds: (user + system) / 1_000_000 }
}
