import type { Complaint } from '@wadi/base/config'
import { section } from '@wadi/base/config'
import { type ConfigOf, group } from '@wadi/base/configFields'
import { flag, integer, list, oneOf, optional } from '@wadi/base/configOption'
import { durationMs, integer64 } from '@wadi/base/configUnits'
import { grpcAddress, hexHash, peer, peerName, tcpAddress } from '../configKinds.ts'

const INT64_MAX = 2n ** 63n - 1n

const p2p = group({
  maxNumInboundPeers: integer({ default: 100, doc: 'Peers that connected to this node.' }),
  maxNumOutboundPeers: integer({
    default: 20,
    doc: 'Peers that this node connected to, those that are kept connected not counted.',
  }),
  sendRate: integer64({ default: 5_120_000n, max: INT64_MAX, doc: 'Bytes a second to each peer.' }),
  recvRate: integer64({
    default: 5_120_000n,
    max: INT64_MAX,
    doc: 'Bytes a second from each peer.',
  }),
  persistentPeers: list(peer({ doc: 'A peer.' }), {
    default: [],
    doc: 'Peers that are kept connected.',
  }),
  unconditionalPeers: list(peerName({ doc: 'A peer.' }), {
    default: [],
    doc: 'Peers that are let in beyond every maximum.',
  }),
  disablePeerExchange: flag({ default: false, doc: 'Speaks only with peers that are named.' }),
  persistentPeersMaxDialPeriod: durationMs({
    default: 0,
    doc: 'The longest wait before a peer that is kept connected is dialed again; 0 for no bound.',
  }),
  allowDuplicateIp: flag({
    default: false,
    doc: 'Lets in several peers with one IP address. Unsafe where everybody can connect.',
  }),
})

const prune = group({
  strategy: oneOf(['none', 'keep_n'], {
    default: 'none',
    capitals: 'any',
    doc: 'Which states are kept, and with them blocks: all, or the last ones.',
  }),
  numKept: integer64({ default: 250_000n, doc: 'So many of them before the last one.' }),
  interval: durationMs({
    default: 120_000,
    doc: 'The longest time between removals; less than a second is a second. 64 states go together before it.',
  }),
})

const trust = group({
  period: durationMs({
    default: 2_592_000_000,
    doc: 'How long a header is trusted: well below the time that stake takes to be free.',
  }),
  height: integer64({ default: 0n, doc: 'The height of a header that is trusted.' }),
  hash: optional(hexHash({ doc: 'The hash of that header, from somebody who is trusted.' })),
})

const options = {
  validator: flag({ default: false, doc: 'Votes on blocks, whatever else the node does.' }),
  listenAddress: tcpAddress({
    default: 'tcp://0.0.0.0:26656',
    doc: 'Where other nodes can connect: an IP address and a port.',
  }),
  externalAddress: optional(
    tcpAddress({ doc: 'What others are told instead of it, if they find the node elsewhere.' }),
  ),
  p2p,
  sentryUpstreamAddresses: list(peer({ doc: 'A peer.' }), {
    default: [],
    doc: 'Nodes that this one stands before, as their sentry.',
  }),
  minGasPrice: integer64({
    default: 0n,
    max: INT64_MAX,
    doc: 'The least price of gas for which a validator takes transactions.',
  }),
  submission: group({
    gasPrice: integer64({ default: 0n, doc: 'The price of gas that the node offers.' }),
    maxFee: integer64({ default: 10_000_000_000n, doc: 'The most that it pays for one.' }),
  }),
  haltEpoch: integer64({ default: 0n, doc: 'The epoch that is not begun any more; 0 for none.' }),
  haltHeight: integer64({ default: 0n, doc: 'The block that is not begun any more; 0 for none.' }),
  upgradeStopDelay: durationMs({
    default: 60_000,
    doc: 'How long, after ten seconds, a node that has to be upgraded goes on; 0 ends it at once.',
  }),
  localStorage: flag({
    default: true,
    doc: 'Keeps the state of the consensus layer; only a client without runtimes may do without.',
  }),
  prune,
  checkpointer: group({
    disabled: flag({ default: false, doc: 'Makes no checkpoints of the state.' }),
    checkInterval: durationMs({
      default: 60_000,
      doc: 'The longest time until one that is due is made; here that is at once.',
    }),
    parallelChunker: flag({
      default: false,
      doc: 'Cuts checkpoints the way that needs several trees; so does storage.checkpointer.',
    }),
  }),
  stateSync: group({
    enabled: flag({ default: false, doc: 'Begins with a checkpoint of others.' }),
  }),
  lightClient: group({ trust }),
  providers: list(grpcAddress({ doc: 'A node.' }), {
    default: [],
    doc: 'Nodes that one without a state asks; those that prove a state that is taken, else peers.',
  }),
  supplementarySanity: group({
    enabled: flag({ default: false, doc: 'Checks every invariant; slow.' }),
    interval: integer64({ default: 10n, doc: 'Blocks between such checks.' }),
  }),
  logDebug: flag({
    default: false,
    doc: 'Lets the modules engine and p2p log at the level debug where that is the default.',
  }),
  debug: group({
    addrBookLenient: flag({
      default: false,
      doc: 'Keeps addresses that not everybody can reach, such as private ones.',
    }),
    // COMPAT(oasis-core): the name in release 26.1 of what is at consensus.p2p since.
    allowDuplicateIp: flag({
      default: false,
      doc: 'The older name of consensus.p2p.allow_duplicate_ip; either is enough.',
    }),
    unsafeReplayRecoverCorruptedWal: flag({
      default: false,
      doc: 'Goes on after a write-ahead log that is damaged; this version refuses it.',
    }),
    disableAddrBookFromGenesis: flag({
      default: false,
      doc: 'Keeps a seed node from taking the validators of the genesis document as peers.',
    }),
  }),
} as const

type Values = ConfigOf<typeof options>

function checkHalt({ haltEpoch, haltHeight }: Values): Complaint | undefined {
  return haltEpoch > 0n && haltHeight > 0n
    ? { key: 'halt_height', why: 'only one of it and consensus.halt_epoch can be set; remove one' }
    : undefined
}

function checkTrust({ stateSync, lightClient }: Values): Complaint | undefined {
  const { hash, height, period } = lightClient.trust
  if (hash === undefined) {
    const why = 'needs a header that is trusted; set consensus.light_client.trust'
    return stateSync.enabled ? { key: 'state_sync.enabled', why } : undefined
  }
  const key = 'light_client.trust'
  if (period === 0) return { key: `${key}.period`, why: 'must not be 0 where a hash is trusted' }
  if (height === 0n)
    return { key: `${key}.hash`, why: `needs its height; set consensus.${key}.height` }
  return undefined
}

function checkIntervals({ prune, supplementarySanity }: Values): Complaint | undefined {
  if (supplementarySanity.enabled && supplementarySanity.interval === 0n)
    return { key: 'supplementary_sanity.interval', why: 'must be at least 1' }
  if (prune.strategy === 'keep_n' && prune.numKept === 0n)
    return { key: 'prune.num_kept', why: 'must be at least 1 where prune.strategy is keep_n' }
  return undefined
}

/** The consensus layer. */
export const consensusConfig = section('consensus', options, [
  checkHalt,
  checkTrust,
  checkIntervals,
])
