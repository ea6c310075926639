/** What the network of runtimes counts, under the reference's names. */

import { defineMetrics, gauge } from '@wadi/base/metrics'

const name = (key: string) => `oasis_p2p_${key}`

export const libp2pMetrics = defineMetrics('libp2p', {
  peers: gauge('Number of connected P2P peers.', { name: name('peers') }),
  blockedPeers: gauge('Number of blocked P2P peers.', { name: name('blocked_peers') }),
  connections: gauge('Number of P2P connections.', { name: name('connections') }),
  topics: gauge('Number of supported P2P topics.', { name: name('topics') }),
  protocols: gauge('Number of supported P2P protocols.', { name: name('protocols') }),
})
