import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import * as governance from '@wadi/consensus/governance/keys'
import { Application } from '@wadi/consensus-services/application'
import { Snapshots } from '@wadi/consensus-services/application/snapshots'
import { entriesOf } from '@wadi/consensus-services/kernel/state'
import { services } from '@wadi/consensus-services/services'
import { MemorySnapshots } from '@wadi/consensus-services/testing/snapshots'
import '../src/coverage.ts'
import { applyDiff } from '../src/recordedRoots.ts'
import type { RecordedBlock } from '../src/records.ts'
import { replayedBlock } from '../src/replay/recordedHeader.ts'
import { chainOf } from '../src/replay/replayChain.ts'
import { listChains, readNdjson, readVector } from '../src/vectors.ts'

const CHUNK_BYTES = 16_384
/** Blocks that are run after the sync. */
const BLOCKS_MAX = 30

/** A node that has a checkpoint of the state after these blocks. */
function origin(blocks: readonly RecordedBlock[]): MemorySnapshots {
  const store = new MemorySnapshots()
  for (const { state_diff: diff } of blocks) applyDiff(store.tree, diff)
  store.commit(BigInt(blocks.at(-1)!.height))
  store.makeCheckpoint(CHUNK_BYTES)
  return store
}

/** Sends all chunks of the one snapshot of a node to another one, the last ones first. */
function sync(from: Snapshots, to: Snapshots, appHash: Uint8Array): void {
  const [snapshot] = from.list()
  assert.ok(snapshot)
  assert.equal(to.offer(snapshot, appHash), 'accept')
  for (let index = snapshot.chunks - 1; index >= 0; index--) {
    const bytes = from.loadChunk(snapshot.height, snapshot.format, index)
    assert.deepEqual(to.applyChunk({ index, bytes, sender: 'origin' }), { result: 'accept' })
  }
}

function run(application: Application, record: RecordedBlock): string {
  const block = replayedBlock(record)
  application.announce(block.transactions)
  application.beginBlock(block)
  for (const raw of block.transactions) application.deliverTx(raw)
  application.endBlock()
  return toHex(application.commit().rootHash)
}

describe('a node that has its state from a snapshot', () => {
  for (const name of listChains()) {
    it(`${name}: runs the blocks that follow as the network did`, () => {
      const text = Buffer.from(readVector(`chains/${name}/genesis.json`)).toString()
      const chain = chainOf(parseGenesis(text))
      const blocks = [...readNdjson<RecordedBlock>(`chains/${name}/blocks.ndjson.gz`)]
      const middle = Math.ceil((blocks.length * 2) / 3)
      const source = origin(blocks.slice(0, middle))
      const store = new MemorySnapshots()
      const application = new Application({ chain, services, store })
      const snapshots = new Snapshots(store, () => application.adoptState())
      const appHash = source.tree.rootHash()
      sync(new Snapshots(source, () => undefined), snapshots, appHash)
      assert.equal(application.committed?.height, BigInt(middle - 1) + chain.initialHeight)
      const upgrades = [...entriesOf(store.tree, governance.pendingUpgrades)]
      assert.equal(chain.upgrader?.pending.length, upgrades.length)
      for (const record of blocks.slice(middle, middle + BLOCKS_MAX))
        assert.equal(run(application, record), record.state_root, `height ${record.height}`)
    })
  }
})
