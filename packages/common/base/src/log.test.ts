import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LOG_RECORDS_MAX } from './limits.ts'
import { createLogger, filterLevels, type LogLevel, MemoryLog, SILENT } from './log.ts'

describe('createLogger', () => {
  it('hands level, module, sentence and fields to the sink', () => {
    const memory = new MemoryLog()
    const log = createLogger('storage', memory.sink)
    log.info('committed a version', { version: 7n })
    log.error('disk is full')
    assert.deepEqual(memory.records, [
      {
        level: 'info',
        module: 'storage',
        sentence: 'committed a version',
        fields: { version: 7n },
      },
      { level: 'error', module: 'storage', sentence: 'disk is full', fields: {} },
    ])
  })

  it('adds shared fields, which a record may override', () => {
    const memory = new MemoryLog()
    const log = createLogger('p2p', memory.sink).with({ peer: 'a', port: 1 })
    log.debug('connected', { port: 2 })
    log.warn('too many requests')
    const fields = memory.records.map((record) => record.fields)
    assert.deepEqual(fields, [
      { peer: 'a', port: 2 },
      { peer: 'a', port: 1 },
    ])
  })

  it('says nothing to a silent sink', () => {
    assert.equal(SILENT({ level: 'info', module: 'a', sentence: 'b', fields: {} }), undefined)
  })
})

describe('filterLevels', () => {
  const heard = (module: string, modules: Readonly<Record<string, LogLevel>>) => {
    const memory = new MemoryLog()
    const log = createLogger(module, filterLevels(memory.sink, { otherwise: 'info', modules }))
    log.debug('a')
    log.info('b')
    log.warn('c')
    log.error('d')
    return memory.records.map(({ sentence }) => sentence).join('')
  }

  it('lets through the chosen level and graver ones', () => {
    assert.equal(heard('cometbft', {}), 'bcd')
    assert.equal(heard('cometbft', { cometbft: 'debug' }), 'abcd')
    assert.equal(heard('cometbft', { cometbft: 'error' }), 'd')
  })

  it('takes the choice of the longest path above the module', () => {
    const choice = { cometbft: 'error', 'cometbft/db': 'warn' } as const
    assert.equal(heard('cometbft/db/level', choice), 'cd')
    assert.equal(heard('cometbft/context', choice), 'd')
    assert.equal(heard('cometbft2', choice), 'bcd')
  })
})

describe('MemoryLog', () => {
  it('keeps at most LOG_RECORDS_MAX records, the last ones', () => {
    const memory = new MemoryLog(LOG_RECORDS_MAX + 1)
    const log = createLogger('a', memory.sink)
    for (let i = 0; i < LOG_RECORDS_MAX; i++) log.info('x', { i })
    assert.equal(memory.records.length, LOG_RECORDS_MAX)
    assert.equal(memory.records[0]?.fields['i'], 0)
    log.info('x', { i: LOG_RECORDS_MAX })
    assert.equal(memory.records.length, LOG_RECORDS_MAX)
    assert.equal(memory.records[0]?.fields['i'], 1)
  })
})
