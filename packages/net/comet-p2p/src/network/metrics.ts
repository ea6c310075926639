/** What the network counts. */

import { counter, defineMetrics, gauge } from '@wadi/base/metrics'

const name = (key: string) => `cometbft_p2p_${key}`
const perChannel = ['peer_id', 'chID'] as const

/** Those of the reference under its names. */
export const networkMetrics = defineMetrics('p2p', {
  peers: gauge('Number of peers.', { name: name('peers') }),
  peerReceiveBytesTotal: counter('Number of bytes received from a given peer.', {
    name: name('peer_receive_bytes_total'),
    labels: perChannel,
  }),
  peerSendBytesTotal: counter('Number of bytes sent to a given peer.', {
    name: name('peer_send_bytes_total'),
    labels: perChannel,
  }),
  peerPendingSendBytes: gauge('Pending bytes to be sent to a given peer.', {
    name: name('peer_pending_send_bytes'),
    labels: ['peer_id'],
  }),
  messageReceiveBytesTotal: counter('Number of bytes of each message type received.', {
    name: name('message_receive_bytes_total'),
    labels: ['message_type'],
  }),
  messageSendBytesTotal: counter('Number of bytes of each message type sent.', {
    name: name('message_send_bytes_total'),
    labels: ['message_type'],
  }),
  offences: counter('What peers did wrong.', { labels: ['why', 'verdict'] }),
  refusedConnections: counter('Connections that did not become peers.', { labels: ['why'] }),
})
