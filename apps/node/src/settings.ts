/** What an operator can say, by the names of oasis-node's file. */

import { composeSections, section } from '@wadi/base/config'
import { flag, integer, list, oneOf, tableOf, text } from '@wadi/base/configOption'
import { durationMs } from '@wadi/base/configUnits'
import { LOG_LEVELS, type LogLevel } from '@wadi/base/log'

const common = section('common', {
  dataDir: text({ doc: 'The folder of the node: its keys and everything that it stores.' }),
})

const log = section('common.log', {
  file: text({ default: '', doc: 'Where lines go; standard error if it is empty.' }),
  format: oneOf(['logfmt', 'json'], { default: 'logfmt', doc: 'How lines look.' }),
  level: tableOf(oneOf(LOG_LEVELS, { doc: 'The least grave level that is written.' }), {
    default: new Map<string, LogLevel>(),
    doc: 'Levels by module; `default` for all others, which is info.',
  }),
})

const genesis = section('genesis', {
  file: text({ doc: 'The genesis document of the network.' }),
})

const consensus = section('consensus', {
  listenAddress: text({
    default: 'tcp://0.0.0.0:26656',
    doc: 'Where other nodes can connect: an IP address and a port.',
  }),
  externalAddress: text({
    default: '',
    doc: 'What others are told instead of it, if they find the node elsewhere.',
  }),
  haltEpoch: integer({ default: 0, doc: 'The epoch that is not begun any more; 0 for none.' }),
  haltHeight: integer({ default: 0, doc: 'The block that is not begun any more; 0 for none.' }),
})

const prune = section('consensus.prune', {
  strategy: oneOf(['none', 'keep_n'], {
    default: 'none',
    doc: 'Which states are kept, and with them blocks: all, or the last ones.',
  }),
  numKept: integer({ default: 250_000, min: 1, doc: 'So many of them before the last one.' }),
})

const stateSync = section('consensus.state_sync', {
  enabled: flag({
    default: false,
    doc: 'A new node takes the state of others instead of all blocks.',
  }),
})

const trust = section('consensus.light_client.trust', {
  period: durationMs({
    default: 2_592_000_000,
    doc: 'For how long validators can be punished for what they signed.',
  }),
  height: integer({ default: 0, doc: 'The height of a block that is known to be of the chain.' }),
  hash: text({ default: '', doc: 'Its hash, in hexadecimal.' }),
})

/** Not oasis-node's: its signers elsewhere speak another protocol. */
const signer = section('consensus.signer', {
  kind: oneOf(['file', 'stock', 'remote'], {
    default: 'file',
    doc: "Who signs: the node's own key, CometBFT's files, or a signer that dials in.",
  }),
  keyFile: text({ default: '', doc: "CometBFT's `priv_validator_key.json`." }),
  stateDir: text({ default: '', doc: 'The folder of its `priv_validator_state.json`.' }),
  publicKey: text({ default: '', doc: 'With which a signer elsewhere signs, in base64.' }),
  address: text({
    default: '',
    doc: 'Where it dials in: `unix:///path/of/a/socket`, or `tcp://` and an IP address and a port.',
  }),
  connectionKey: text({
    default: '',
    doc: 'The key of its connection over TCP, in base64; anybody is let in if it is empty.',
  }),
})

const peer = text({ doc: 'A peer: `id@host:port`, or its key in base64 in place of the id.' })

const p2p = section('consensus.p2p', {
  persistentPeers: list(peer, { default: [], doc: 'Peers that are kept connected.' }),
  unconditionalPeers: list(text({ doc: 'The id of a peer.' }), {
    default: [],
    doc: 'Peers that are let in beyond every maximum.',
  }),
  seeds: list(peer, { default: [], doc: 'Nodes that are asked for others.' }),
  disablePeerExchange: flag({ default: false, doc: 'Speaks only with peers that are named.' }),
  allowDuplicateIp: flag({ default: false, doc: 'Lets in several peers with one IP address.' }),
  maxNumInboundPeers: integer({ default: 100, doc: 'Peers that connected to this node.' }),
  maxNumOutboundPeers: integer({ default: 20, doc: 'Peers that this node connected to.' }),
  sendRate: integer({ default: 5_120_000, min: 1024, doc: 'Bytes a second to each peer.' }),
  recvRate: integer({ default: 5_120_000, min: 1024, doc: 'Bytes a second from each peer.' }),
})

const debug = section('consensus.debug', {
  addrBookLenient: flag({
    default: false,
    doc: 'Keeps addresses that not everybody can reach, such as private ones.',
  }),
})

const metrics = section('metrics', {
  mode: oneOf(['none', 'pull'], { default: 'none', doc: 'Are metrics served?' }),
  address: text({ default: '127.0.0.1:3000', doc: 'Where: an IP address and a port.' }),
})

/** What the reference does not have: for networks of tests and benchmarks. */
const test = section('test', {
  dialect: oneOf(['oasis', 'stock'], {
    default: 'oasis',
    doc: "How votes are signed: as on the reference's networks, or as CometBFT's own.",
  }),
  application: oneOf(['oasis', 'kvstore'], {
    default: 'oasis',
    doc: 'What the network runs: the consensus layer, or a small store of pairs.',
  }),
  timeoutPropose: durationMs({ default: 3_000, doc: 'How long a proposal is waited for.' }),
  timeoutVote: durationMs({
    default: 1_000,
    doc: 'How long late votes of a round are waited for.',
  }),
})

/** The whole configuration of a node. */
export const SETTINGS = composeSections(
  common,
  log,
  genesis,
  consensus,
  prune,
  stateSync,
  trust,
  signer,
  p2p,
  debug,
  metrics,
  test,
)
export type Settings = ReturnType<typeof SETTINGS.check>
