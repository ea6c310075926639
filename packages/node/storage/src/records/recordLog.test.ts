import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import fc from 'fast-check'
import { readWhole } from '../files/fileSystem.ts'
import { MemoryFiles } from '../files/memoryFiles.ts'
import { RECORD_DAMAGE_MAX, RECORD_FILES_MAX, RECORD_HEADS_MAX } from '../limits.ts'
import { FRAME_HEAD_BYTES, type RecordHead } from './recordFrame.ts'
import { RecordLog } from './recordLog.ts'

const SIZE_MAX = 200
const KIND = 7
const UNINDEXED = 8

interface Opened {
  readonly log: RecordLog
  readonly heads: RecordHead[]
}

function open(files: MemoryFiles, segmentSize = 400): Opened {
  const heads: RecordHead[] = []
  const log = new RecordLog({
    files,
    folder: 'log',
    recordSizeMax: SIZE_MAX,
    segmentSize,
    isIndexed: (kind) => kind === KIND,
    onHead: (head) => heads.push(head),
  })
  return { log, heads }
}

function payloadOf(number: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(number)
  bytes.set(toUtf8(String(number)).subarray(0, size))
  return bytes
}

function append(log: RecordLog, number: number, size = 20): RecordHead {
  const payload = payloadOf(number, size)
  const parts = [payload.subarray(0, 3), payload.subarray(3)]
  return log.append({ kind: KIND, height: BigInt(number), tag: number * 3, parts })
}

function segmentNames(files: MemoryFiles): string[] {
  return files
    .list('log')
    .filter((name) => name.endsWith('.records'))
    .sort()
}

describe('a record log', () => {
  it('gives back what was appended, before and after it is opened again', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    const heads = Array.from({ length: 20 }, (_, i) => append(log, i, i * 5 + 1))
    for (const [i, head] of heads.entries())
      assert.deepEqual(log.read(head), payloadOf(i, i * 5 + 1))
    log.close()
    const again = open(files)
    assert.deepEqual(again.heads, heads)
    for (const [i, head] of again.heads.entries())
      assert.deepEqual(again.log.read(head), payloadOf(i, i * 5 + 1))
    assert.deepEqual(again.log.damage, [])
  })

  it('tells the heads of the kinds that its owner wants, and walks over all records', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    append(log, 1)
    const second = log.append({ kind: UNINDEXED, height: 2n, parts: [] })
    append(log, 3)
    assert.deepEqual(
      Array.from(log.records(0), ({ head }) => head.height),
      [1n, 2n, 3n],
    )
    assert.deepEqual(
      Array.from(log.records(second.address), ({ head }) => head.height),
      [2n, 3n],
    )
    log.close()
    assert.deepEqual(
      open(files).heads.map(({ height }) => height),
      [1n, 3n],
    )
  })

  it('takes a payload as long as its bound, and none that is longer', () => {
    const { log } = open(new MemoryFiles())
    assert.equal(log.read(append(log, 1, SIZE_MAX))?.length, SIZE_MAX)
    assert.throws(() => append(log, 2, SIZE_MAX + 1), { name: 'BugError' })
  })

  it('gives files back that lie wholly below an address', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    const heads = Array.from({ length: 40 }, (_, i) => append(log, i))
    const before = segmentNames(files).length
    assert.ok(log.dropBefore(heads[30]!.address) > 0)
    assert.ok(segmentNames(files).length < before / 2)
    assert.equal(log.read(heads[0]!), undefined)
    for (const head of heads.slice(30)) assert.notEqual(log.read(head), undefined)
    log.rotate()
    log.dropBefore(log.end)
    assert.equal(segmentNames(files).length, 1)
    assert.equal(log.start, log.end)
    log.close()
    assert.deepEqual(open(files).heads, [])
  })

  it('goes on in another file when a list is full, and not one record earlier', () => {
    const files = new MemoryFiles()
    const { log } = open(files, 1_000_000)
    for (let i = 0; i < RECORD_HEADS_MAX; i++) append(log, i, 4)
    assert.equal(segmentNames(files).length, 1)
    log.append({ kind: UNINDEXED, height: 0n, parts: [] })
    assert.equal(segmentNames(files).length, 2)
    log.close()
    const again = open(files, 1_000_000)
    assert.equal(again.heads.length, RECORD_HEADS_MAX)
    append(again.log, 1)
    assert.equal(segmentNames(files).length, 2)
  })

  it('reads from more segments than it keeps open', () => {
    const { log } = open(new MemoryFiles(), 1)
    const heads = Array.from({ length: RECORD_FILES_MAX * 3 }, (_, i) => append(log, i))
    for (const [i, head] of heads.entries()) assert.deepEqual(log.read(head), payloadOf(i, 20))
  })

  it('makes the list of a segment again that is missing or damaged', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    const heads = Array.from({ length: 40 }, (_, i) => append(log, i))
    log.close()
    const lists = files.list('log').filter((name) => name.endsWith('.heads'))
    assert.ok(lists.length > 3)
    files.remove(`log/${lists[0]}`)
    files.openWrite(`log/${lists[1]}`).write([Uint8Array.of(1)], 17)
    files.openWrite(`log/${lists[2]}`).truncate(20)
    const { log: again, heads: found } = open(files)
    assert.deepEqual(found, heads)
    again.close()
    assert.deepEqual(open(files).heads, heads)
  })
})

describe('the end of a record log', () => {
  const flip = (files: MemoryFiles, position: number) => {
    const path = `log/${segmentNames(files).at(-1)}`
    const byte = readWhole(files, path)[position]!
    files.openWrite(path).write([Uint8Array.of(byte ^ 1)], position)
  }

  it('is cut off when it is broken, as a crash may have torn it', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    append(log, 1)
    log.sync()
    log.close()
    flip(files, 50)
    const again = open(files)
    assert.deepEqual([again.log.damage, again.log.end], [[], 0])
  })

  it('is damaged when it is broken and was noted to be durable', () => {
    const length = 2 * (FRAME_HEAD_BYTES + 20)
    for (let position = 0; position < length; position++) {
      const files = new MemoryFiles()
      const { log } = open(files)
      const heads = [append(log, 1), append(log, 2)]
      log.syncAndNote()
      log.close()
      flip(files, position)
      const again = open(files)
      const isFirst = position < length / 2
      assert.equal(again.log.damage.length, 1)
      assert.equal(again.log.damage[0]!.start, isFirst ? 0 : length / 2)
      assert.deepEqual(again.heads, [heads[isFirst ? 1 : 0]])
      assert.notEqual(append(again.log, 3), undefined)
      const found = Array.from(again.log.records(0), ({ head }) => head.height)
      assert.deepEqual(found, [isFirst ? 2n : 1n, 3n])
    }
  })

  it('is as it was when the note itself is broken', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    const head = append(log, 1)
    log.syncAndNote()
    log.syncAndNote()
    log.close()
    flip(files, FRAME_HEAD_BYTES + 20 + 3)
    const again = open(files)
    assert.deepEqual([again.log.damage, again.heads], [[], [head]])
    assert.equal(again.log.end, FRAME_HEAD_BYTES + 20)
  })

  it('takes no record of the kind of notes', () => {
    const { log } = open(new MemoryFiles())
    assert.throws(() => log.append({ kind: 255, height: 1n, parts: [] }), { name: 'BugError' })
  })
})

type Step =
  | { readonly kind: 'append'; readonly size: number }
  | { readonly kind: 'sync' | 'sync-and-note' }
  | { readonly kind: 'drop'; readonly share: number }

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('append'), size: fc.nat(SIZE_MAX) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('sync', 'sync-and-note') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop'), share: fc.nat(100) }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 40 },
)

/** What a log holds, kept beside it. */
class Model {
  appended: { readonly head: RecordHead; readonly payload: Uint8Array }[] = []
  synced = 0
  dropped = 0
  count = 0

  run(log: RecordLog, step: Step): void {
    if (step.kind === 'append') {
      const payload = payloadOf(this.count % 256, step.size)
      const head = { kind: KIND, height: BigInt(this.count++), tag: 0, size: step.size }
      this.appended.push({ head: { ...head, address: log.end }, payload })
      // The log may begin another file first, and that may be what fails.
      log.append({ kind: KIND, height: head.height, parts: [payload] })
    } else if (step.kind !== 'drop') {
      if (step.kind === 'sync') log.sync()
      else log.syncAndNote()
      this.synced = this.appended.length
    } else {
      const address = Math.floor((log.end * step.share) / 100)
      this.dropped = Math.max(this.dropped, address)
      log.dropBefore(address)
    }
  }

  /** After a crash: nothing that was synced is lost, nothing is there that was not appended. */
  check({ log, heads }: Opened): void {
    assert.deepEqual(log.damage, [])
    const found = new Map(heads.map((head) => [head.address, head]))
    const kept = this.appended.filter(({ head }) => head.address >= this.dropped)
    const gone = kept.findIndex(({ head }) => !found.has(head.address))
    const held = gone < 0 ? kept : kept.slice(0, gone)
    const syncedCount = this.appended
      .slice(0, this.synced)
      .filter(({ head }) => head.address >= this.dropped).length
    assert.ok(held.length >= syncedCount, 'what was synced is there')
    for (const { head, payload } of held) {
      assert.deepEqual(found.get(head.address), head)
      assert.deepEqual(log.read(head), payload)
    }
    const last = held.at(-1)
    if (last !== undefined) assert.equal(heads.at(-1)?.address, last.head.address)
    this.appended = this.appended.filter(({ head }) => found.has(head.address))
    this.synced = this.appended.length
  }
}

describe('a record log after a crash', () => {
  it('has lost nothing that was synced and holds nothing that was not appended', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ steps, failAfter: fc.nat(60), seed: fc.nat() }), { maxLength: 4 }),
        (lives) => {
          const files = new MemoryFiles()
          const model = new Model()
          for (const { steps: planned, failAfter, seed } of lives) {
            const opened = open(files)
            model.check(opened)
            files.failAfter(failAfter)
            try {
              for (const step of planned) model.run(opened.log, step)
            } catch (error) {
              assert.ok(error instanceof UnavailableError)
            }
            let state = seed
            files.cutPower((bound) => {
              state = (Math.imul(state, 1664525) + 1013904223) >>> 0
              return (state >>> 8) % bound
            })
          }
          model.check(open(files))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps what it gave back once, also if the power goes before anything else is written', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    // Read, and so written, but not synced when the process ends.
    log.read(append(log, 1))
    files.kill()
    assert.equal(open(files).heads.length, 1)
    files.cutPower(() => 0)
    assert.equal(open(files).heads.length, 1)
  })

  it('does not bring back what lay behind a hole', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    for (const number of [1, 2, 3]) append(log, number)
    log.close()
    const path = `log/${segmentNames(files)[0]}`
    files.openWrite(path).write([new Uint8Array(FRAME_HEAD_BYTES + 20)], 0)
    const { log: again, heads } = open(files)
    assert.deepEqual(heads, [])
    append(again, 4)
    again.close()
    assert.deepEqual(
      open(files).heads.map(({ height }) => height),
      [4n],
    )
  })

  it('is opened at any length to which its last file was cut', () => {
    const files = new MemoryFiles()
    const { log } = open(files, 100_000)
    const heads = Array.from({ length: 6 }, (_, i) => append(log, i))
    log.close()
    const path = `log/${segmentNames(files)[0]}`
    const bytes = readWhole(files, path)
    for (let size = 0; size <= bytes.length; size++) {
      const cut = new MemoryFiles()
      cut.openWrite(path).write([bytes.slice(0, size)], 0)
      const again = open(cut, 100_000)
      const whole = heads.filter((head) => head.address + FRAME_HEAD_BYTES + head.size <= size)
      assert.equal(again.heads.length, whole.length)
      append(again.log, 9)
      again.log.close()
      assert.equal(open(cut, 100_000).heads.length, whole.length + 1)
    }
  })
})

describe('a record log with any byte flipped', () => {
  it('misses the record of that byte, reads all others, and names what was durable', () => {
    const files = new MemoryFiles()
    const { log } = open(files, 300)
    const heads: RecordHead[] = []
    for (let i = 0; i < 12; i++) {
      heads.push(append(log, i))
      log.sync()
    }
    log.close()
    const isLast = (head: RecordHead): boolean => head === heads.at(-1)
    for (const name of files.list('log')) {
      const path = `log/${name}`
      const bytes = readWhole(files, path)
      for (let at = 0; at < bytes.length; at++) {
        const damaged = new MemoryFiles()
        for (const other of files.list('log')) {
          const content = readWhole(files, `log/${other}`)
          if (other === name) content[at] = content[at]! ^ (1 << (at % 8))
          damaged.openWrite(`log/${other}`).write([content], 0)
        }
        const { log: again } = open(damaged, 300)
        const missing = heads.filter((head) => again.read(head) === undefined)
        if (name.endsWith('.heads')) {
          assert.deepEqual(missing, [])
          continue
        }
        const address = Number.parseInt(name, 16) + at
        const hit = heads.findLast((head) => head.address <= address)!
        assert.deepEqual(missing, [hit])
        for (const head of heads.filter((other) => other !== hit))
          assert.deepEqual(again.read(head), payloadOf(heads.indexOf(head), 20))
        // Nothing behind the last record could say that it was durable: it counts as torn.
        const inLastFile = name === segmentNames(files).at(-1)
        if (inLastFile && !isLast(hit))
          assert.deepEqual(again.damage, [{ start: hit.address, end: hit.address + 68 }])
        if (isLast(hit)) assert.equal(again.end, hit.address)
      }
    }
  })

  it('tells of a damaged stretch when it walks over it', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    const heads = Array.from({ length: 4 }, (_, i) => append(log, i))
    log.sync()
    files.openWrite(`log/${segmentNames(files)[0]}`).write([Uint8Array.of(99)], 70)
    const damage: unknown[] = []
    const found = Array.from(
      log.records(0, (stretch) => damage.push(stretch)),
      ({ head }) => head.height,
    )
    assert.deepEqual(found, [0n, 2n, 3n])
    assert.equal(damage.length, 1)
    assert.equal(log.read(heads[1]!), undefined)
  })

  it('lists so many damaged stretches and not one more, and misses the others as well', () => {
    const files = new MemoryFiles()
    const { log } = open(files, 10_000_000)
    const heads = Array.from({ length: 2 * RECORD_DAMAGE_MAX + 6 }, (_, i) => append(log, i))
    log.sync()
    append(log, 1)
    log.close()
    const file = files.openWrite(`log/${segmentNames(files)[0]}`)
    for (const { address } of heads.filter((_, i) => i % 2 === 1))
      file.write([Uint8Array.of(99, 98)], address + 50)
    const { log: again, heads: found } = open(files, 10_000_000)
    assert.equal(again.damage.length, RECORD_DAMAGE_MAX)
    assert.equal(found.length, heads.length / 2 + 1)
  })

  it('misses the records of a file that is gone', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    const heads = Array.from({ length: 30 }, (_, i) => append(log, i))
    log.close()
    const names = segmentNames(files)
    const [from, to] = [names[1]!, names[2]!].map((name) => Number.parseInt(name, 16)) as [
      number,
      number,
    ]
    files.remove(`log/${names[1]}`)
    files.remove(`log/${names[1]}.heads`)
    const again = open(files)
    const kept = heads.filter(({ address }) => address < from || address >= to)
    assert.deepEqual(again.heads, kept)
  })
})

describe('a record log on a full disk', () => {
  it('can be closed, also twice, and loses only what was not synced', () => {
    const files = new MemoryFiles()
    const { log } = open(files)
    append(log, 1)
    log.sync()
    append(log, 2)
    files.limitRoom(5)
    log.close()
    log.close()
    assert.throws(() => append(log, 3), { reason: 'storage.refused' })
    assert.equal(open(files).heads.length, 1)
  })

  it('says so in words, stops writing, and goes on after the next opening', () => {
    for (let room = 0; room < 140; room += 9) {
      const files = new MemoryFiles()
      const { log } = open(files)
      const first = append(log, 1)
      log.sync()
      files.limitRoom(room)
      const write = (): void => {
        append(log, 2)
        append(log, 3)
        log.sync()
      }
      if (room < 136) {
        assert.throws(write, { name: 'UnavailableError', reason: 'storage.full' })
        assert.throws(write, { reason: 'storage.refused', message: /full.*make room/ })
      }
      assert.notEqual(log.read(first), undefined)
      log.close()
      files.limitRoom(10_000)
      const again = open(files)
      const whole = 1 + Math.floor(room / 68)
      assert.equal(again.heads.length, whole)
      append(again.log, 4)
      again.log.close()
      assert.equal(open(files).heads.length, whole + 1)
    }
  })
})
