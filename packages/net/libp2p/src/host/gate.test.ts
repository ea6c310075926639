import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { BLOCKED_MAX } from '../limits.ts'
import { key } from '../testing/keys.ts'
import { Gate } from './gate.ts'

const gate = () => new Gate({ blockedIps: new Set(['1.2.3.4']), forbidden: forbidKeys([key(77)]) })

describe('the gate', () => {
  it('dials addresses of TCP without names, and none that is blocked', async () => {
    const { gater } = gate()
    const isDenied = (text: string) => gater.denyDialMultiaddr!(multiaddr(text))
    assert.equal(await isDenied('/ip4/5.6.7.8/tcp/9200'), false)
    assert.equal(await isDenied('/ip6/2001:db8::1/tcp/9200'), false)
    const name = '12D3KooWLVW8Qv891LrkLLxmm3nmg8Zf1XscKTgoPjnEvaMM8vnG'
    assert.equal(await isDenied(`/ip4/5.6.7.8/tcp/9200/p2p/${name}`), false)
    const denied = ['/ip4/1.2.3.4/tcp/9200', '/dns4/x.example/tcp/9200', '/dnsaddr/x.example']
    const more = [
      '/ip4/5.6.7.8/udp/9200/quic-v1',
      '/ip4/5.6.7.8/tcp/80/ws',
      `/p2p/${name}/p2p-circuit`,
    ]
    for (const text of [...denied, ...more]) assert.equal(await isDenied(text), true, text)
  })

  it('blocks so many; the one that was blocked first is then forgotten', () => {
    const own = gate()
    for (let i = 0; i < BLOCKED_MAX; i++) own.block(key(1000 + i))
    assert.ok(own.isBlocked(key(1000)))
    own.block(key(1))
    assert.deepEqual([own.isBlocked(key(1000)), own.isBlocked(key(1))], [false, true])
    assert.equal(own.blockedCount, BLOCKED_MAX)
    assert.ok(own.isBlocked(key(77)))
  })
})
