import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findBubblewrap } from './bubblewrap.ts'

describe('bubblewrap for tests', () => {
  it('is the first that can make sandboxes', () => {
    const found = findBubblewrap({ paths: ['/nowhere/bwrap', '/bin/false', '/bin/true'] })
    assert.deepEqual(found, { bubblewrap: '/bin/true', missing: false })
  })

  it('may be missing, which is why tests are left out', () => {
    const found = findBubblewrap({ paths: ['/nowhere/bwrap', '/bin/false'] })
    assert.deepEqual(found, {
      bubblewrap: undefined,
      missing: 'no usable bubblewrap here (WADI_BWRAP names one)',
    })
  })

  it('fails those tests where it is required, and says what to do', () => {
    const isRequired = true
    assert.throws(() => findBubblewrap({ paths: ['/nowhere/bwrap'], isRequired }), {
      reason: 'host.noBubblewrap',
      message:
        'no usable bubblewrap here (WADI_BWRAP names one), but WADI_BWRAP_REQUIRED says that there is one',
    })
    assert.equal(findBubblewrap({ paths: ['/bin/true'], isRequired }).missing, false)
  })
})
