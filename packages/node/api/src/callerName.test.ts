import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { callerName } from './callerName.ts'

const same = (a: string, b: string) => assert.equal(callerName(a), callerName(b))
const different = (a: string, b: string) => assert.notEqual(callerName(a), callerName(b))

describe('the name of who calls at a port', () => {
  it('is the address of IPv4, whichever version the listener tells it in', () => {
    different('10.0.0.1', '10.0.0.2')
    same('10.0.0.1', '::ffff:10.0.0.1')
    different('::ffff:10.0.0.1', '::ffff:10.0.0.2')
  })

  it('is the network of IPv6: who has one address of it has all', () => {
    same('2001:db8:1:2::1', '2001:db8:1:2:ffff::9')
    different('2001:db8:1:2::1', '2001:db8:1:3::1')
    same('fe80::1%eth0', 'fe80::2%eth1')
  })

  it('is what there is, where that is no address', () => {
    assert.equal(callerName('no address'), 'no address')
  })
})
