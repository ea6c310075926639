import assert from 'node:assert/strict'
import { BlockList } from 'node:net'
import { describe, it } from 'node:test'
import { parseIp } from '@wadi/primitives/ip'
import fc from 'fast-check'
import { checkAddresses, isReachable } from './addresses.ts'

const at = (ip: Uint8Array | undefined) => ({ ip, port: 1n, zone: '' })
const reaches = (text: string) => isReachable(at(parseIp(text)))

/** The specification's list, and the networks of many receivers, as Node.js understands them. */
function reservedNetworks(): BlockList {
  const list = new BlockList()
  const v4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
    192.0.0.0/24 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24
    224.0.0.0/4 240.0.0.0/4`
  const v6 = `::/128 ::1/128 64:ff9b:1::/48 100::/64 2001::/23 2001:2::/48 2001:db8::/32 fc00::/7
    fe80::/10 ff00::/8`
  const add = (texts: string, family: 'ipv4' | 'ipv6') => {
    for (const text of texts.split(/\s+/)) {
      const [network, bits] = text.split('/') as [string, string]
      list.addSubnet(network, Number(bits), family)
    }
  }
  add(v4, 'ipv4')
  add(v6, 'ipv6')
  return list
}

describe('addresses of nodes', () => {
  it('reach nobody inside reserved networks, and somebody one address outside', () => {
    const edges = [
      ['10.0.0.0', '9.255.255.255'],
      ['10.255.255.255', '11.0.0.0'],
      ['100.64.0.0', '100.63.255.255'],
      ['100.127.255.255', '100.128.0.0'],
      ['172.31.255.255', '172.32.0.0'],
      ['192.0.0.255', '192.0.1.0'],
      ['198.19.255.255', '198.20.0.0'],
      ['255.255.255.255', '223.255.255.255'],
      ['64:ff9b:1::', '64:ff9b:2::'],
      ['100::1', '100:0:0:1::'],
      ['2001:1ff::', '2001:200::'],
      ['2001:db8::1', '2001:db9::'],
      ['fdff::', 'fe00::'],
      ['febf::', 'fec0::'],
      ['::1', '::2'],
    ] as const
    for (const [inside, outside] of edges) {
      assert.equal(reaches(inside), false, inside)
      assert.equal(reaches(outside), true, outside)
    }
  })

  it('reach as many as the list of reserved networks says, whatever the address', () => {
    const list = reservedNetworks()
    const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(v4, (ip) => {
        assert.equal(isReachable(at(ip)), !list.check(ip.join('.'), 'ipv4'))
        const mapped = Uint8Array.from([...new Uint8Array(10), 0xff, 0xff, ...ip])
        assert.equal(isReachable(at(mapped)), isReachable(at(ip)))
      }),
    )
    const words = fc.array(fc.constantFrom(0, 1, 0x64, 0xff9b, 0x2001, 0xdb8, 0xfe80, 0xff02), {
      minLength: 8,
      maxLength: 8,
    })
    fc.assert(
      fc.property(words, (value) => {
        const text = value.map((word) => word.toString(16)).join(':')
        assert.equal(reaches(text), !list.check(text, 'ipv6'), text)
      }),
    )
  })

  it('reach nobody if they have the size of no address', () => {
    for (const size of [0, 1, 3, 5, 15, 17])
      assert.equal(isReachable(at(new Uint8Array(size).fill(1))), false)
    assert.equal(isReachable(at(undefined)), false)
  })

  it('are refused if one is missing or leads nowhere, unless the network allows it', () => {
    const refused = { module: 'registry', code: 1 }
    const bad = at(parseIp('10.1.1.1'))
    const strict = { needsAddress: true, allowsUnreachable: false }
    assert.throws(() => checkAddresses([], strict), refused)
    assert.throws(() => checkAddresses([at(parseIp('1.1.1.1')), bad], strict), refused)
    checkAddresses([], { ...strict, needsAddress: false })
    checkAddresses([bad], { ...strict, allowsUnreachable: true })
    assert.throws(() => checkAddresses([], { ...strict, allowsUnreachable: true }), refused)
  })
})
