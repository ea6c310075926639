import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentNodeConfig } from './configText.ts'
import { checkNodeConfig } from './nodeConfig.ts'
import { UNHEEDED, unheededIn } from './unheeded.ts'

const RUNTIME = `8${'0'.repeat(63)}`

describe('what has no effect', () => {
  it('is told of those who have set it, and of nobody else', () => {
    assert.deepEqual(unheededIn(checkNodeConfig({})), [])
    const raw = {
      runtime: { load_balancer: { num_instances: 3 }, log: { max_log_size: 4096 } },
      storage: { backend: 'badger', max_cache_size: '256mb' },
    }
    assert.deepEqual(
      unheededIn(checkNodeConfig(raw)).map(({ key }) => key),
      ['runtime.load_balancer.num_instances', 'runtime.log.max_log_size', 'storage.backend'],
    )
  })

  it('is told of runtimes and their components', () => {
    const components = [
      'rofl',
      { id: 'rofl.a', disabled: true },
      { id: 'ronl', permissions: ['log_view'] },
      'ronl',
    ]
    const registries = ['https://example.org/']
    const runtimes = [{ id: RUNTIME, components, registries }]
    const found = unheededIn(checkNodeConfig({ runtime: { runtimes } }))
    assert.deepEqual(
      found.map(({ key }) => key.replace('runtime.runtimes[0].', '')),
      ['registries', 'components[0]', 'components[2]'],
    )
  })

  it('is there', () => {
    const paths = documentNodeConfig().map(({ path }) => path)
    assert.deepEqual(
      Object.keys(UNHEEDED).filter((key) => !paths.includes(key)),
      [],
    )
  })
})
