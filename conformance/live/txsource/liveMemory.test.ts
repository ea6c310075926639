import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EXTERNAL_MAX, growthOf, HEAP_GROWTH_MAX, WARM_SECONDS } from './liveMemory.ts'

const early = { seconds: 0, heap: 1, external: 0 }
const warm = { seconds: WARM_SECONDS, heap: 100, external: 0 }
const late = { seconds: WARM_SECONDS + 60, heap: 100 + HEAP_GROWTH_MAX, external: EXTERNAL_MAX }

describe('live bytes', () => {
  it('may grow while a process gets warm, and to the bounds after that', () => {
    assert.equal(growthOf([]), undefined)
    assert.equal(growthOf([early, warm, late]), undefined)
  })

  it('grow too much beyond', () => {
    assert.match(growthOf([warm, { ...late, heap: late.heap + 1 }]) ?? '', /^objects grew by/)
    const external = EXTERNAL_MAX + 1
    assert.match(growthOf([early, { ...late, external }]) ?? '', /^arrays of bytes took/)
  })
})
