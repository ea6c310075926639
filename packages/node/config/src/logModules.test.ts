import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LogLevel } from '@wadi/base/log'
import { isLogName, LOG_MODULES, logLevelsOf, logModulesOf } from './logModules.ts'
import { checkNodeConfig } from './nodeConfig.ts'
import { unheededIn } from './unheeded.ts'

const levels = (said: Readonly<Record<string, LogLevel>>) =>
  logLevelsOf(new Map(Object.entries(said)))

describe('the modules of the log', () => {
  it('have levels by their own names', () => {
    assert.deepEqual(levels({ engine: 'debug', runtime: 'error' }), {
      engine: 'debug',
      runtime: 'error',
    })
  })

  it('have levels by the names of the reference, and of what is below them', () => {
    assert.deepEqual(levels({ 'worker/storage/committee': 'debug', 'abci-mux': 'info' }), {
      runtime: 'debug',
      application: 'info',
    })
    assert.deepEqual(levels({ p2p: 'debug' }), { p2p: 'debug', libp2p: 'debug' })
  })

  it('heed the longer name, then their own, and of equals the chattiest', () => {
    const said = { 'worker/registration': 'error', worker: 'debug' } as const
    assert.equal(levels(said)['registration'], 'error')
    assert.equal(levels({ cometbft: 'debug', engine: 'error' })['engine'], 'error')
    const equals = { 'worker/storage': 'debug', 'worker/executor': 'warn' } as const
    assert.equal(levels(equals)['runtime'], 'debug')
    assert.equal(levels({ libp2p: 'error', p2p: 'debug' })['libp2p'], 'error')
  })

  it('are what names mean, or nothing does', () => {
    for (const name of Object.keys(LOG_MODULES)) assert.ok(logModulesOf(name)?.includes(name), name)
    assert.ok(isLogName('mkvs/db') && !isLogName('enginee'))
    const raw = { common: { log: { level: { enginee: 'debug', engine: 'debug' } } } }
    assert.deepEqual(
      unheededIn(checkNodeConfig(raw)).map(({ key }) => key),
      ['common.log.level.enginee'],
    )
  })
})
