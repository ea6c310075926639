import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { workerLauncher } from '@wadi/runtime-host/worker-launcher'
import { KEY_MANAGER, PARATIMES } from '../networkParatimes.ts'
import { planRuntimes } from './planRuntimes.ts'

const launcher = workerLauncher(pathToFileURL('/a.ts'), { timers: new VirtualTime() })
const [one, other] = [PARATIMES.keyvalue, PARATIMES.accounts].map(({ id, version }) => {
  return { id, version, launcher }
}) as [Program, Program]
type Program = Parameters<typeof planRuntimes>[1][number]
const wish = ({ id }: Pick<Program, 'id'>) => ({ id, localConfig: new Map() })

describe('the runtimes of a node', () => {
  it('are those that are named, and those that there are programs of', () => {
    const planned = planRuntimes({ part: 'client', runtimes: [wish(one)] }, [other])
    assert.deepEqual(
      planned.map(({ wish: { id }, programs }) => [id, programs.length]),
      [
        [one.id, 0],
        [other.id, 1],
      ],
    )
  })

  it('may be several versions of one', () => {
    const next = { ...one, version: { ...one.version, minor: 1 } }
    const [planned, ...others] = planRuntimes({ part: 'compute', runtimes: [] }, [one, next])
    assert.deepEqual([planned?.programs, others], [[one, next], []])
  })

  it('have to have a program where the node registers for them', () => {
    const runtimes = [wish(one)]
    for (const part of ['compute', 'observer'] as const) {
      assert.throws(() => planRuntimes({ part, runtimes }, []), /no program of 80.*runtime\.paths/)
      assert.throws(() => planRuntimes({ part, runtimes: [] }, []), /name one in runtime\.runtimes/)
    }
    assert.deepEqual(planRuntimes({ part: 'client', runtimes: [] }, []), [])
  })

  it('are one where the node keeps secrets', () => {
    const keyManager = { ...one, id: KEY_MANAGER.id }
    const plan = (programs: readonly Program[]) =>
      planRuntimes({ part: 'keymanager', runtimes: [] }, programs)
    assert.equal(plan([keyManager]).length, 1)
    assert.throws(() => plan([keyManager, one]), /name only one/)
  })
})
