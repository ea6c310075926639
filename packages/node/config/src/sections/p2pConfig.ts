import { section } from '@wadi/base/config'
import { group } from '@wadi/base/configFields'
import { flag, integer, list, port } from '@wadi/base/configOption'
import { durationMs, fraction } from '@wadi/base/configUnits'
import { hostPort, ipAddress, peer } from '../configKinds.ts'

/** The network of nodes beside that of the consensus engine. */
export const p2pConfig = section('p2p', {
  port: port({ default: 9200, doc: 'Where other nodes can connect.' }),
  seeds: list(peer({ doc: 'A seed node.' }), {
    default: [],
    doc: 'Nodes that are asked for others; also by the consensus engine.',
  }),
  discovery: group({
    bootstrap: group({
      enable: flag({ default: true, doc: 'Finds peers by asking seed nodes.' }),
      allowPrivateIps: flag({ default: false, doc: 'Takes private addresses from them too.' }),
      retentionPeriod: durationMs({
        default: 3_600_000,
        doc: 'How long a peer that a seed node named is remembered.',
      }),
    }),
  }),
  registration: group({
    addresses: list(hostPort({ doc: 'An address.' }), {
      default: [],
      doc: 'Addresses that the node registers; those of its interfaces if there are none.',
    }),
  }),
  gossipsub: group({
    peerOutboundQueueSize: integer({
      default: 32,
      doc: 'Messages that wait for one peer; here it is bytes that are bounded.',
    }),
    validateQueueSize: integer({
      default: 32,
      doc: 'Messages that wait to be checked; here none do.',
    }),
    validateConcurrency: integer({
      default: 1024,
      doc: 'Messages of one topic that are checked at a time.',
    }),
    validateThrottle: integer({
      default: 8192,
      doc: 'Messages of all topics that are checked at a time.',
    }),
  }),
  peerManager: group({
    connectednessLowWater: fraction({
      default: 0.2,
      doc: 'Is not looked at, as in the reference: others are looked for whenever some are missing.',
    }),
  }),
  connectionManager: group({
    maxNumPeers: integer({ default: 100, doc: 'Peers above which connections are closed.' }),
    peerGracePeriod: durationMs({
      default: 20_000,
      doc: 'How long a new peer is safe from that.',
    }),
    persistentPeers: list(peer({ doc: 'A peer.' }), {
      default: [],
      doc: 'Peers that are kept connected.',
    }),
  }),
  connectionGater: group({
    blockedPeers: list(ipAddress({ doc: 'An IP address.' }), {
      default: [],
      doc: 'Addresses from which nobody may connect.',
    }),
  }),
})
