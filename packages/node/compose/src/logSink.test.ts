import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FakeClock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger } from '@wadi/base/log'
import { type LogOptions, openLog } from './logSink.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-log-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const clock = new FakeClock(1_000)

function linesOf(format: LogOptions['format']): readonly string[] {
  const file = join(folder, format)
  const { sink } = openLog({ format, file, clock, levels: { otherwise: 'info' } })
  const log = createLogger('engine', sink)
  log.debug('not written')
  log.info('a sentence', { height: 7n, hash: Uint8Array.of(1, 255), none: undefined })
  log.warn('odd', { why: 'a "word"\nand more', level: 'mine', ok: true })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}

describe('the log of a process', () => {
  it('has a line of JSON for each record', () => {
    const head = { ts: '1970-01-01T00:00:01.000Z', module: 'engine' }
    assert.deepEqual(
      linesOf('json').map((line) => JSON.parse(line)),
      [
        { ...head, level: 'info', msg: 'a sentence', height: '7', hash: '01ff' },
        { ...head, level: 'warn', msg: 'odd', why: 'a "word"\nand more', ok: true },
      ],
    )
  })

  it('has words and values for people', () => {
    const head = 'ts=1970-01-01T00:00:01.000Z level='
    assert.deepEqual(linesOf('logfmt'), [
      `${head}info module=engine msg="a sentence" height=7 hash=01ff`,
      `${head}warn module=engine msg=odd why="a \\"word\\"\\nand more" ok=true`,
    ])
  })

  it('says which file cannot be opened', () => {
    const open = () =>
      openLog({ format: 'json', file: folder, clock, levels: { otherwise: 'info' } })
    assert.throws(open, (error) => error instanceof UnavailableError && /log-/.test(error.message))
  })

  it('goes on in a new file when the old one was moved away', () => {
    const file = join(folder, 'rotated')
    const levels = { otherwise: 'info' } as const
    const { sink, reopen } = openLog({ format: 'json', file, clock, levels })
    const log = createLogger('engine', sink)
    log.info('before')
    renameSync(file, `${file}.1`)
    log.info('still before')
    reopen()
    log.info('after')
    const sentences = (path: string) =>
      [...readFileSync(path, 'utf8').matchAll(/"msg":"([^"]*)"/g)].map(([, sentence]) => sentence)
    assert.deepEqual(sentences(`${file}.1`), ['before', 'still before'])
    assert.deepEqual(sentences(file), ['after'])

    renameSync(file, `${file}.2`)
    mkdirSync(file)
    assert.throws(reopen, UnavailableError)
    log.info('goes on')
    assert.deepEqual(sentences(`${file}.2`), ['after', 'goes on'])
  })
})
