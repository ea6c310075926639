import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import fc from 'fast-check'
import { LOG_BYTES_MAX, LOG_LINE_BYTES_MAX, LOG_LINES_MAX } from '../limits.ts'
import { LineSplitter } from './lineSplitter.ts'
import { LogRing } from './logRing.ts'
import { runtimeRecord } from './runtimeRecord.ts'

function linesOf(...pieces: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  for (const piece of pieces) splitter.push(piece)
  splitter.flush()
  return lines
}

describe('lines that a runtime writes', () => {
  it('are the same in whatever pieces they come', () => {
    const text = fc.stringMatching(/^[ab\n]{0,40}$/)
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 40 }), { maxLength: 5 }), (all, cuts) => {
        const bytes = toUtf8(all)
        const marks = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const pieces = marks.slice(1).map((end, i) => bytes.subarray(marks[i], end))
        assert.equal(concatBytes(...pieces).length, bytes.length)
        const expected = all.split('\n').filter((line) => line !== '')
        assert.deepEqual(linesOf(...pieces), expected)
      }),
    )
  })

  it(`keep ${LOG_LINE_BYTES_MAX} bytes, and lose what is beyond`, () => {
    const line = new Uint8Array(LOG_LINE_BYTES_MAX).fill(0x61)
    assert.equal(linesOf(line)[0]?.length, LOG_LINE_BYTES_MAX)
    const [longer, next] = linesOf(line, toUtf8('b'), toUtf8('b\nnext'))
    assert.equal(longer?.length, LOG_LINE_BYTES_MAX)
    assert.equal(longer?.at(-1), 'a')
    assert.equal(next, 'next')
  })

  it('may be no text', () => {
    assert.deepEqual(linesOf(Uint8Array.of(0xff, 0x0a)), ['\ufffd'])
  })
})

describe('the last lines of a runtime', () => {
  it(`are ${LOG_LINES_MAX}, and one more makes the oldest forgotten`, () => {
    const ring = new LogRing()
    for (let i = 1; i <= LOG_LINES_MAX + 1; i++) ring.add({ unixMs: i, line: `${i}` })
    const lines = ring.since(0)
    assert.equal(lines.length, LOG_LINES_MAX)
    assert.equal(lines[0]?.line, '2')
    assert.equal(lines.at(-1)?.line, `${LOG_LINES_MAX + 1}`)
    assert.equal(ring.since(LOG_LINES_MAX).length, 1)
  })

  it(`have ${LOG_BYTES_MAX} bytes, and one character more makes the oldest forgotten`, () => {
    const ring = new LogRing()
    const half = 'a'.repeat(LOG_BYTES_MAX / 4)
    ring.add({ unixMs: 1, line: half })
    ring.add({ unixMs: 2, line: half })
    assert.equal(ring.since(0).length, 2)
    ring.add({ unixMs: 3, line: 'a' })
    assert.deepEqual(
      ring.since(0).map(({ unixMs }) => unixMs),
      [2, 3],
    )
  })
})

describe('a line of a runtime in the log of its node', () => {
  it('has the level, the module and the fields that it has', () => {
    const line = '{"msg":"Executing","level":"DEBG","module":"dispatcher","round":7,"ts":"now"}'
    assert.deepEqual(runtimeRecord(line), {
      level: 'debug',
      module: 'runtime/dispatcher',
      sentence: 'wrote a line',
      fields: { msg: 'Executing', round: '7', ts: 'now' },
    })
  })

  it('is told whatever it is, never as a line of anybody else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        const { module } = runtimeRecord(line)
        assert.ok(module === 'runtime' || module.startsWith('runtime/'))
      }),
    )
    const forged = runtimeRecord('{"module":"consensus","level":"WARN","msg":5}')
    assert.equal(forged.module, 'runtime/consensus')
    assert.equal(forged.level, 'warn')
    assert.equal(runtimeRecord('thread main panicked').level, 'warn')
  })
})
