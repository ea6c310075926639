import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Arena } from '@wadi/mkvs/arena'
import { EMPTY_HASH, ROOT_TYPE_STATE, type Root, type WriteLog } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { type CommandWorld, command } from '@wadi/node-config/command'
import { nodeFlags, persistentFlags } from '@wadi/node-config/node-flags'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { Namespace } from '@wadi/primitives/namespace'
import { RuntimeStore } from '@wadi/workers/runtime-store'

const DONE = 0
const CHAIN = '0'.repeat(64)
const RUNTIME = Namespace.check(new Uint8Array(32).fill(1, 8))
/** COMPAT(oasis-core): the sizes of values that it measures. */
const VALUE_SIZES = [256, 512, 1024, 4096, 8192, 16_384, 32_768]
const ROUNDS = 50
const READS = 500
const NS_PER_MS = 1e6
const KEY_SIZE = 8

function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(KEY_SIZE)
  new DataView(key.buffer).setUint32(0, number)
  return key
}

/** Changes of so many rounds, one pair each, and the roots that they lead to. */
function plannedRounds(size: number): readonly { readonly log: WriteLog; readonly root: Root }[] {
  const tree = createTree(new Arena(), { namespace: RUNTIME, type: ROOT_TYPE_STATE })
  return Array.from({ length: ROUNDS }, (_, i) => {
    const [key, value] = [keyOf(i), new Uint8Array(size).fill(i)]
    tree.insert(key, value)
    const { root } = tree.commit({ version: BigInt(i), baseAddress: 1 })
    return { log: [[key, value]], root }
  })
}

function nsPerCall(count: number, work: (i: number) => void): number {
  const began = performance.now()
  for (let i = 0; i < count; i++) work(i)
  return Math.round(((performance.now() - began) * NS_PER_MS) / count)
}

function measure(store: RuntimeStore, size: number, { out }: Pick<CommandWorld, 'out'>): void {
  const rounds = plannedRounds(size)
  let from: Root = { namespace: RUNTIME, type: ROOT_TYPE_STATE, version: 0n, hash: EMPTY_HASH }
  const applied = nsPerCall(ROUNDS, (i) => {
    const { log: writeLog, root: to } = rounds[i]!
    store.apply({ from, to, writeLog })
    store.database.finalize([to])
    from = to
  })
  const tree = { root: from, position: from.hash }
  const asked = { tree, includeSiblings: false, proofVersion: 0 }
  const got = nsPerCall(READS, (i) => void store.get({ ...asked, key: keyOf(i % ROUNDS) }))
  out.write(`Apply sz=${size} ns_per_op=${applied}\nSyncGet sz=${size} ns_per_op=${got}\n`)
}

/** `debug storage benchmark`: a database of its own, which is gone afterwards. */
export const benchmark = command({
  name: 'benchmark',
  summary: 'measure a database of runtimes',
  details: [
    'Rounds with a pair each, durable one by one, and proofs of pairs, by the size of the value.',
  ],
  options: {
    ...persistentFlags,
    'worker.storage.crash.enabled': nodeFlags['worker.storage.crash.enabled'],
    'benchmark.profile_cpu': {
      kind: 'boolean',
      doc: 'Enable CPU profiling in benchmark',
      fallback: false,
    },
    'benchmark.profile_mem': {
      kind: 'boolean',
      doc: 'Enable memory profiling in benchmark',
      fallback: false,
    },
  },
  run({ flags }, world) {
    for (const name of ['benchmark.profile_cpu', 'benchmark.profile_mem'] as const)
      if (flags[name])
        world.err.write(`--${name} has no effect; run node with --cpu-prof or --heap-prof\n`)
    for (const size of VALUE_SIZES) {
      const folder = mkdtempSync(join(tmpdir(), 'wadi-benchmark-'))
      const place = { files: nodeFiles, path: join(folder, 'trees'), chain: CHAIN }
      const store = new RuntimeStore({ ...place, runtimeId: RUNTIME })
      try {
        measure(store, size, world)
      } finally {
        store.close()
        rmSync(folder, { recursive: true })
      }
    }
    return DONE
  },
})
