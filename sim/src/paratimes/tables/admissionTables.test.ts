import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Admission } from '../plan/paratimeTerms.ts'
import { isAdmitted, isPoolEnough, poolSizeOf, type Registrant } from './admissionTables.ts'

const computing = (entity: number): Registrant => ({ entity, roles: ['compute'] })
const observing = (entity: number): Registrant => ({ entity, roles: ['observer'] })

describe('who is let in', () => {
  it('is everybody where there is no list', () => {
    assert.ok(isAdmitted({ kind: 'anyone' }, computing(1), [computing(1)]))
  })

  it('is whoever is on the list, with so many nodes of the role as it says', () => {
    const any: Admission = { kind: 'listed', entities: [{ entity: 1, maxNodes: undefined }] }
    assert.ok(isAdmitted(any, computing(1), [computing(1)]))
    assert.ok(!isAdmitted(any, computing(2), []))
    const one: Admission = { kind: 'listed', entities: [{ entity: 1, maxNodes: { compute: 1 } }] }
    assert.ok(isAdmitted(one, computing(1), [computing(2)]))
    assert.ok(!isAdmitted(one, computing(1), [computing(1)]))
    // A role that is not named has no place, nor has who has it beside another one.
    assert.ok(!isAdmitted(one, observing(1), []))
    assert.ok(!isAdmitted(one, { entity: 1, roles: ['compute', 'validator'] }, []))
  })

  it('is whoever is on the list for each of its roles that has one', () => {
    const lists = { compute: [{ entity: 1, maxNodes: 1 }], validator: [{ entity: 1, maxNodes: 0 }] }
    const policy: Admission = { kind: 'by-role', lists }
    assert.ok(isAdmitted(policy, computing(1), [observing(1)]))
    assert.ok(!isAdmitted(policy, computing(1), [computing(1)]))
    assert.ok(!isAdmitted(policy, computing(2), []))
    assert.ok(isAdmitted(policy, observing(2), [observing(2)]))
    // Zero is any number here.
    const validating: Registrant = { entity: 1, roles: ['validator'] }
    assert.ok(isAdmitted(policy, validating, [validating]))
    assert.ok(!isAdmitted(policy, { entity: 2, roles: ['observer', 'validator'] }, []))
  })
})

describe('a pool', () => {
  const free = { isValidating: false, perEntityMax: undefined, poolMin: undefined }

  it('has those who validate, and so many of each entity as it may', () => {
    const entities = [1, 1, 2, 3]
    assert.equal(poolSizeOf(free, entities, new Set()), 4)
    assert.equal(poolSizeOf({ ...free, isValidating: true }, entities, new Set([1])), 2)
    assert.equal(poolSizeOf({ ...free, perEntityMax: 1 }, entities, new Set()), 3)
  })

  it('is enough for its seats and for what the ParaTime wants, if there are any', () => {
    assert.ok(isPoolEnough(free, 3, 3))
    assert.ok(!isPoolEnough(free, 3, 2))
    assert.ok(!isPoolEnough({ ...free, poolMin: 4 }, 3, 3))
    assert.ok(isPoolEnough({ ...free, poolMin: 4 }, 3, 4))
    assert.ok(isPoolEnough({ ...free, poolMin: 4 }, 0, 0))
  })
})
