import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import type { Snapshot } from '@wadi/contracts/application'
import { decode, size } from '@wadi/protobuf/codec'
import { StateSyncMessage } from '@wadi/tendermint/messages/stateSync'
import { FakePeer } from '../testing/fakePeer.ts'
import {
  CHUNK_MESSAGE_BYTES_MAX,
  SNAPSHOT_MESSAGE_BYTES_MAX,
  SNAPSHOTS_INTERVAL_MS,
} from './limits.ts'
import { SnapshotServer } from './snapshotServer.ts'
import { snapshotOf } from './testing/snapshotApplication.ts'

const NAME = { height: 1n, format: 1, index: 0 }
const NONE = new Uint8Array(0)

/** A chunk that fills a message to the last byte. */
function longestChunk(): Uint8Array {
  const chunk = new Uint8Array(CHUNK_MESSAGE_BYTES_MAX)
  const body = { ...NAME, chunk, missing: false }
  const overBytes = size(StateSyncMessage, { kind: 'chunk', body }) - CHUNK_MESSAGE_BYTES_MAX
  return chunk.subarray(overBytes)
}

/** A snapshot that fills a message, and so many bytes more. */
function longestSnapshot(height: bigint, beyond: number): Snapshot {
  const metadata = new Uint8Array(SNAPSHOT_MESSAGE_BYTES_MAX)
  const body = { ...snapshotOf(height, 1), metadata }
  const overBytes = size(StateSyncMessage, { kind: 'snapshot', body }) - SNAPSHOT_MESSAGE_BYTES_MAX
  return { ...body, metadata: metadata.subarray(overBytes - beyond) }
}

function serve({
  chunk = NONE,
  snapshots = [],
}: {
  chunk?: Uint8Array
  snapshots?: readonly Snapshot[]
}) {
  const time = new VirtualTime()
  const log = new MemoryLog()
  const peer = new FakePeer('stranger')
  const application = {
    listSnapshots: () => snapshots,
    loadSnapshotChunk: () => chunk,
  }
  const server = new SnapshotServer({
    clock: time.clock,
    timers: time,
    log: createLogger('stateSync', log.sink),
    application,
  })
  return { time, log, peer, server }
}

describe('what is larger than a message', () => {
  it('is a missing chunk for peers, and is logged once', () => {
    const longest = longestChunk()
    const fits = serve({ chunk: longest })
    fits.server.giveChunk(fits.peer, NAME)
    fits.time.advance(1)
    const [whole] = fits.peer.take()
    assert.equal(whole?.length, CHUNK_MESSAGE_BYTES_MAX)
    assert.deepEqual(fits.log.records, [])

    const { time, log, peer, server } = serve({ chunk: new Uint8Array(longest.length + 1) })
    server.giveChunk(peer, NAME)
    server.giveChunk(peer, NAME)
    time.advance(1)
    const said = peer.take().map((bytes) => decode(StateSyncMessage, bytes))
    assert.deepEqual(
      said.map(
        (message) => message.kind === 'chunk' && [message.body.missing, message.body.chunk.length],
      ),
      [
        [true, 0],
        [true, 0],
      ],
    )
    assert.equal(log.records.length, 1)
  })

  it('is no snapshot for peers, and is logged once', () => {
    const snapshots = [longestSnapshot(1n, 0), longestSnapshot(2n, 1)]
    const { time, log, peer, server } = serve({ snapshots })
    for (let i = 0; i < 2; i++) {
      server.tellSnapshots(peer)
      time.advance(SNAPSHOTS_INTERVAL_MS)
    }
    assert.deepEqual(
      peer.take().map((bytes) => bytes.length),
      [SNAPSHOT_MESSAGE_BYTES_MAX, SNAPSHOT_MESSAGE_BYTES_MAX],
    )
    assert.equal(log.records.length, 1)
  })
})
