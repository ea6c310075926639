import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { readWhole } from '@wadi/node-storage/file-system'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import fc from 'fast-check'
import { WAL_GATHERED_BYTES_MAX, WAL_GATHERED_COUNT_MAX, WAL_RECORD_BYTES_MAX } from './limits.ts'
import { Wal } from './wal.ts'
import type { WalRecord } from './walRecord.ts'

interface Opened {
  readonly wal: Wal
  readonly log: MemoryLog
}

function open(files: MemoryFiles, segmentSize = 500): Opened {
  const log = new MemoryLog()
  const logger = createLogger('wal', log.sink)
  return { log, wal: new Wal({ files, path: 'wal', chain: 'test', log: logger, segmentSize }) }
}

function own(number: number): WalRecord {
  return { kind: 'own-message', message: new Uint8Array(20).fill(number) }
}

function peers(number: number, size: number): WalRecord {
  const message = new Uint8Array(size).fill(number)
  return { kind: 'peer-message', peer: `peer${number}`, message }
}

function replay(wal: Wal, height: bigint): readonly WalRecord[] | undefined {
  const found = wal.replayFrom(height)
  return found === undefined ? undefined : Array.from(found.records)
}

function logBytes(files: MemoryFiles): number {
  let size = 0
  for (const name of files.list('wal')) size += readWhole(files, `wal/${name}`).length
  return size
}

function appendSync(wal: Wal, record: WalRecord): void {
  wal.append(record)
  wal.sync()
}

describe('the write-ahead log', () => {
  it('replays what came after the end of the height before', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    wal.endHeight(4n)
    wal.append(own(1))
    appendSync(wal, own(2))
    wal.endHeight(5n)
    wal.append(own(3))
    wal.sync()
    wal.close()
    const again = open(files).wal
    assert.deepEqual(replay(again, 6n), [own(3)])
    const whole: WalRecord[] = [own(1), own(2), { kind: 'end-height', height: 5n }, own(3)]
    assert.deepEqual(replay(again, 5n), whole)
    assert.equal(again.replayFrom(5n)?.isWhole, true)
  })

  it('knows that a message of our own was durable at its end, whichever byte is broken', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    wal.endHeight(4n)
    wal.append({ kind: 'peer-message', peer: 'p', message: new Uint8Array(9) })
    appendSync(wal, own(2))
    wal.close()
    const [name] = files.list('wal').filter((file) => file.endsWith('.records'))
    const path = `wal/${name}`
    const whole = readWhole(files, path)
    const [headBytes, noteBytes] = [48, 48]
    const firstEnd = headBytes + 2
    for (let position = 0; position < whole.length; position++) {
      const damaged = whole.slice()
      damaged[position]! ^= 1
      files.openWrite(path).truncate(0)
      files.openWrite(path).write([damaged], 0)
      const again = open(files).wal
      const found = again.replayFrom(5n)
      const isAtEnd = position >= whole.length - noteBytes
      const isAtNote = position >= firstEnd && position < firstEnd + noteBytes
      if (isAtEnd) assert.equal(found?.isWhole, true, `${position}`)
      else if (position < firstEnd) assert.equal(found, undefined, `${position}`)
      else if (!isAtNote) assert.equal(found?.isWhole, false, `${position}`)
      again.close()
    }
  })

  it('does not know a height whose predecessor it did not end', () => {
    const { wal } = open(new MemoryFiles())
    wal.append(own(1))
    assert.equal(replay(wal, 1n), undefined)
    wal.endHeight(0n)
    assert.deepEqual(replay(wal, 1n), [])
    assert.equal(replay(wal, 2n), undefined)
  })

  it('replays to its end although the height ends meanwhile', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    wal.endHeight(1n)
    wal.endHeight(2n)
    for (let i = 0; i < 40; i++) wal.append(own(i))
    const found: WalRecord[] = []
    for (const record of wal.replayFrom(3n)?.records ?? []) {
      if (found.length === 12) wal.endHeight(3n)
      found.push(record)
    }
    assert.deepEqual(
      found,
      Array.from({ length: 40 }, (_, i) => own(i)),
    )
  })

  it('begins again at a height below, as a node does whose state was put back', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    for (let height = 0n; height < 9n; height++) wal.endHeight(height)
    wal.endHeight(4n)
    appendSync(wal, own(1))
    for (const log of [wal, undefined]) {
      if (log === undefined) wal.close()
      const asked = log ?? open(files).wal
      assert.deepEqual(replay(asked, 5n), [own(1)])
      assert.equal(replay(asked, 9n), undefined)
    }
  })

  it('gives back what only finished heights need, however long it runs', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    for (let height = 0n; height < 300n; height++) {
      for (let i = 0; i < 5; i++) wal.append(own(i))
      wal.endHeight(height)
    }
    assert.ok(logBytes(files) < 4000, `${logBytes(files)} bytes`)
    assert.deepEqual(replay(wal, 300n), [])
  })

  it('takes a record as long as its bound, and none that is longer', () => {
    const { wal } = open(new MemoryFiles())
    const overhead = 4
    const longest = new Uint8Array(WAL_RECORD_BYTES_MAX - overhead)
    appendSync(wal, { kind: 'own-message', message: longest })
    const tooLong = new Uint8Array(longest.length + 1)
    assert.throws(() => wal.append({ kind: 'own-message', message: tooLong }), { name: 'BugError' })
  })

  it('gathers messages of peers in frames, and keeps the order of everything', () => {
    const files = new MemoryFiles()
    const { wal } = open(files, 10_000_000)
    wal.endHeight(4n)
    const sizes = [1, 200, WAL_GATHERED_BYTES_MAX - 1, 1, WAL_GATHERED_BYTES_MAX + 1, 3]
    const written: WalRecord[] = []
    const add = (record: WalRecord) => {
      written.push(record)
      wal.append(record)
    }
    for (let i = 0; i < 2 * WAL_GATHERED_COUNT_MAX + 3; i++) add(peers(i, 2))
    for (const size of sizes) {
      add(peers(9, size))
      add(peers(10, size))
      add(own(size % 250))
      add({ kind: 'timeout', height: 5n, round: 0, step: 3, durationMs: 0 })
    }
    add(peers(1, 5))
    assert.deepEqual(replay(wal, 5n), written)
    wal.close()
    assert.deepEqual(replay(open(files).wal, 5n), written)
  })

  it('has what was gathered before a sync, an end, and a message of our own that is synced', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    wal.endHeight(4n)
    wal.append(peers(1, 5))
    wal.sync()
    wal.append(peers(2, 5))
    appendSync(wal, own(1))
    wal.append(peers(3, 5))
    appendSync(wal, peers(4, 5))
    wal.append(peers(5, 5))
    files.cutPower(() => 0)
    const again = open(files).wal
    const synced = [peers(1, 5), peers(2, 5), own(1), peers(3, 5), peers(4, 5)]
    assert.deepEqual(replay(again, 5n), synced)
    again.append(peers(6, 5))
    again.endHeight(5n)
    assert.deepEqual(replay(again, 5n), [
      ...synced,
      peers(6, 5),
      { kind: 'end-height', height: 5n },
    ])
  })

  it('belongs to one process and one chain', () => {
    const files = new MemoryFiles()
    const { wal } = open(files)
    assert.throws(() => open(files), { reason: 'storage.held' })
    wal.close()
    const log = createLogger('wal', () => {})
    assert.throws(() => new Wal({ files, path: 'wal', chain: 'other', log }), {
      reason: 'storage.otherChain',
    })
    open(files)
  })
})

/** Is `part` the beginning of `whole`? */
function isPrefix(part: readonly WalRecord[], whole: readonly WalRecord[]): boolean {
  return part.every((record, i) => textOf(record) === textOf(whole[i]!))
}

function textOf(record: WalRecord): string {
  return JSON.stringify(record, (_, value) =>
    typeof value === 'bigint' ? `${value}` : value instanceof Uint8Array ? toHex(value) : value,
  )
}

/** What was written to a log, by height. */
class Story {
  height = 1n
  appended: WalRecord[] = []
  syncedCount = 0
  count = 0

  run(wal: Wal, kind: 'append' | 'append-sync' | 'end'): void {
    if (kind === 'end') {
      wal.endHeight(this.height)
      this.height++
      this.appended = []
      this.syncedCount = 0
      return
    }
    const number = this.count++ % 250
    this.appended.push(number % 3 === 0 ? own(number) : peers(number, 20))
    if (kind === 'append') wal.append(this.appended.at(-1)!)
    else {
      appendSync(wal, this.appended.at(-1)!)
      this.syncedCount = this.appended.length
    }
  }

  check({ wal, log }: Opened): void {
    assert.deepEqual(log.records, [])
    // If the end of a height was being written, it may be there.
    const next = replay(wal, this.height + 1n)
    if (next !== undefined) {
      assert.deepEqual(next, [])
      this.height++
      this.appended = []
    } else {
      const found = wal.replayFrom(this.height)
      assert.equal(found?.isWhole, true)
      const records = Array.from(found?.records ?? [])
      assert.ok(isPrefix(records, this.appended))
      assert.ok(records.length >= this.syncedCount)
      this.appended = records
    }
    this.syncedCount = this.appended.length
  }
}

describe('the write-ahead log after a crash', () => {
  it('has every synced record of the height, in order, and needs no repair', () => {
    const steps = fc.array(fc.constantFrom('append', 'append', 'append-sync', 'end'), {
      maxLength: 30,
    }) as fc.Arbitrary<('append' | 'append-sync' | 'end')[]>
    const lives = fc.array(fc.record({ steps, failAfter: fc.nat(40), seed: fc.nat() }), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(lives, (planned) => {
        const files = new MemoryFiles()
        const story = new Story()
        const first = open(files).wal
        first.endHeight(0n)
        first.close()
        files.kill()
        for (const life of planned) {
          const opened = open(files)
          story.check(opened)
          files.failAfter(life.failAfter)
          try {
            for (const step of life.steps) story.run(opened.wal, step)
          } catch (error) {
            assert.ok(error instanceof UnavailableError)
          }
          let state = life.seed
          files.cutPower((bound) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0
            return (state >>> 8) % bound
          })
        }
        story.check(open(files))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the write-ahead log with any byte flipped', () => {
  const files = new MemoryFiles()
  const { wal } = open(files, 10_000)
  wal.endHeight(1n)
  for (let i = 0; i < 6; i++) appendSync(wal, own(i))
  wal.close()
  const written = Array.from({ length: 6 }, (_, i) => own(i))
  const name = files.list('wal').find((file) => file.endsWith('.records'))!
  const bytes = readWhole(files, `wal/${name}`)
  const header = readWhole(files, 'wal/store.json')

  it('says that the height is not whole, or has lost nothing', () => {
    for (let at = 0; at < bytes.length; at++) {
      const flipped = new MemoryFiles()
      const content = bytes.slice()
      content[at] = content[at]! ^ (1 << (at % 8))
      flipped.openWrite(`wal/${name}`).write([content], 0)
      const { wal: damaged, log } = open(flipped, 10_000)
      const found = damaged.replayFrom(2n)
      if (found === undefined) {
        assert.ok(at < 60, 'the end of the height before is in the first frame')
        assert.equal(log.records[0]?.sentence, 'the write-ahead log is damaged')
        continue
      }
      const records = Array.from(found.records)
      if (found.isWhole) assert.deepEqual(records, written)
      else {
        assert.equal(log.records.length, 1)
        assert.ok(records.length >= 5)
        assert.deepEqual(
          records,
          written.filter((record) => records.some((other) => textOf(other) === textOf(record))),
        )
      }
      appendSync(damaged, own(9))
      damaged.close()
      assert.deepEqual(replay(open(flipped, 10_000).wal, 2n), [...records, own(9)])
    }
  })

  it('is refused in words if it no longer says whose it is', () => {
    for (let at = 0; at < header.length; at++) {
      const flipped = new MemoryFiles()
      const content = header.slice()
      content[at] = content[at]! ^ 0x80
      flipped.openWrite('wal/store.json').write([content], 0)
      assert.throws(() => open(flipped), { name: 'UnavailableError', reason: 'storage.badHeader' })
    }
  })
})

describe('the write-ahead log on a full disk', () => {
  it('says so and is whole after the next opening', () => {
    for (let room = 0; room < 200; room += 7) {
      const files = new MemoryFiles()
      const { wal } = open(files)
      wal.endHeight(1n)
      files.limitRoom(room)
      let count = 0
      assert.throws(
        () => {
          for (;;) {
            appendSync(wal, own(count))
            count++
          }
        },
        { name: 'UnavailableError', reason: 'storage.full' },
      )
      wal.close()
      files.limitRoom(100_000)
      const again = open(files).wal
      const expected = Array.from({ length: count + 1 }, (_, i) => own(i))
      const found = replay(again, 2n) ?? []
      assert.ok(found.length >= count)
      assert.deepEqual(found, expected.slice(0, found.length))
      assert.equal(again.replayFrom(2n)?.isWhole, true)
    }
  })
})
