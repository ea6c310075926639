import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HANDSHAKES_MAX, INBOUND_PEERS_MAX, LINGERING_MAX, OUTBOUND_PEERS_MAX } from '../limits.ts'
import { planSockets } from './socketsPlan.ts'

const STRANGERS = HANDSHAKES_MAX + LINGERING_MAX

describe('planSockets', () => {
  it('lets in what was asked for, and strangers besides', () => {
    assert.deepEqual(planSockets({}), {
      inboundPeersMax: INBOUND_PEERS_MAX,
      acceptedMax: INBOUND_PEERS_MAX + STRANGERS,
      wanted: INBOUND_PEERS_MAX + OUTBOUND_PEERS_MAX + STRANGERS,
    })
  })

  it('counts unconditional peers besides', () => {
    const unconditionalPeers = ['aa', 'bb']
    const plan = planSockets({ inboundPeersMax: 5, outboundPeersMax: 3, unconditionalPeers })
    assert.deepEqual([plan.acceptedMax, plan.wanted], [7 + STRANGERS, 10 + STRANGERS])
  })

  it('lets fewer in from one socket too few on', () => {
    const { wanted } = planSockets({})
    assert.equal(planSockets({ socketsMax: wanted }).inboundPeersMax, INBOUND_PEERS_MAX)
    const fewer = planSockets({ socketsMax: wanted - 1 })
    assert.equal(fewer.inboundPeersMax, INBOUND_PEERS_MAX - 1)
    assert.equal(fewer.acceptedMax, INBOUND_PEERS_MAX - 1 + STRANGERS)
  })

  it('lets one in at least, unless nobody is to be let in', () => {
    assert.equal(planSockets({ socketsMax: 1 }).inboundPeersMax, 1)
    assert.equal(planSockets({ socketsMax: 1, inboundPeersMax: 0 }).inboundPeersMax, 0)
  })
})
