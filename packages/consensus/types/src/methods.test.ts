import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bodyOfEvent, eventBodies } from './events.ts'
import { bodyOfMethod, methodBodies } from './methods.ts'
import { Transfer } from './staking/methods.ts'

describe('bodies', () => {
  it('are found by the name of the method', () => {
    assert.equal(bodyOfMethod('staking.Transfer'), Transfer)
    assert.equal(bodyOfMethod('registry.DeregisterEntity'), undefined)
    assert.equal(bodyOfMethod('toString'), undefined)
    assert.equal(Object.keys(methodBodies).length, 30)
  })

  it('are found by the type and kind of the event', () => {
    const staking = eventBodies.oasis_event_100_staking
    assert.equal(bodyOfEvent('oasis_event_100_staking', 'transfer'), staking.transfer)
    for (const [type, kind] of [
      ['oasis_event_200_registry', 'node_list_epoch'],
      ['oasis_event_100_staking', 'constructor'],
      ['constructor', 'name'],
    ] as const) {
      assert.equal(bodyOfEvent(type, kind), undefined)
    }
  })
})
