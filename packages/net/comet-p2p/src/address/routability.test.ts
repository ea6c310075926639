import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseIp } from '@wadi/primitives/ip'
import type { NetAddress } from './netAddress.ts'
import { groupOf, isLocal, isRoutable, isValidAddress } from './routability.ts'

const at = (ip: string): NetAddress => ({ id: 'ab'.repeat(20), ip: parseIp(ip), port: 1 })

describe('routability', () => {
  it('is for addresses that everybody can reach', () => {
    for (const ip of ['8.8.8.8', '1.0.0.1', '172.32.0.1', '2600::1', '2002::1', '2001::1'])
      assert.ok(isRoutable(at(ip)), ip)
    const unreachable = ['10.1.2.3', '192.168.0.1', '172.16.0.1', '172.31.255.255', '169.254.0.1']
    const v6 = ['::1', 'fe80::1', 'fc00::1', 'fdff::1', '2001:10::1', '2001:db8::1', '::']
    for (const ip of [...unreachable, '127.0.0.1', '0.1.2.3', '255.255.255.255', ...v6])
      assert.equal(isRoutable(at(ip)), false, ip)
  })

  it('needs an address that can be one', () => {
    for (const ip of ['0.0.0.0', '255.255.255.255', '::', '2001:db8::1'])
      assert.equal(isValidAddress(at(ip)), false, ip)
    assert.equal(isValidAddress({ ...at('8.8.8.8'), id: 'ab' }), false)
    assert.ok(isValidAddress(at('127.0.0.1')))
  })

  it('knows what is on this machine', () => {
    for (const ip of ['127.0.0.1', '127.255.0.1', '::1', '0.1.2.3']) assert.ok(isLocal(at(ip)), ip)
    for (const ip of ['10.0.0.1', '::2', '1.0.0.0']) assert.equal(isLocal(at(ip)), false, ip)
  })
})

describe('groups of addresses', () => {
  const group = (ip: string) => groupOf(at(ip), 'strict')

  it('are /16 of IPv4, /32 of IPv6, and /36 of Hurricane Electric', () => {
    assert.equal(group('12.1.2.3'), '12.1.0.0')
    assert.equal(group('2604:1234:5678::1'), '2604:1234::')
    assert.equal(group('2001:470:f123::1'), '2001:470:f000::')
  })

  it('are those of the IPv4 address behind a tunnel', () => {
    assert.equal(group('64:ff9b::c01:203'), '12.1.0.0')
    assert.equal(group('2002:c01:203::1'), '12.1.0.0')
    assert.equal(group('2001:0:1234::f3fe:fdfc'), '12.1.0.0')
  })

  it('are one for what cannot be reached, unless that is to be taken too', () => {
    assert.equal(group('127.0.0.1'), 'local')
    assert.equal(group('10.0.0.1'), 'unroutable')
    assert.equal(groupOf(at('10.0.0.1'), 'lenient'), '10.0.0.0')
    assert.equal(groupOf(at('fd87:d87e:eb43:a123::1'), 'lenient'), 'tor:1')
  })
})
