import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import { logFileOf } from './logFile.ts'
import { checkNodeConfig } from './nodeConfig.ts'

describe('the file of the log', () => {
  it('is in the folder of the node, unless a whole path is given', () => {
    const fileOf = (common: object) => logFileOf(checkNodeConfig({ common }).common)
    const data_dir = resolve('/node/data')
    assert.equal(fileOf({ data_dir, log: { file: 'node.log' } }), resolve(data_dir, 'node.log'))
    const whole = resolve('/logs/node.log')
    assert.equal(fileOf({ data_dir, log: { file: whole } }), whole)
    assert.equal(fileOf({ data_dir }), undefined)
  })
})
