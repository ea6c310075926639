import { type Complaint, section } from '@wadi/base/config'
import { type ConfigOf, group, record } from '@wadi/base/configFields'
import { inFileOnly, list, oneOf, optional, text } from '@wadi/base/configOption'
import { durationMs } from '@wadi/base/configUnits'
import { grpcAddress, hostPort, namespace, publicKey, version, webOrigin } from '../configKinds.ts'

const signer = group({
  kind: oneOf(['file', 'stock', 'remote'], {
    default: 'file',
    doc: "Who signs votes: the node's own key, CometBFT's files, or a signer that dials in.",
  }),
  keyFile: optional(text({ doc: "For stock: CometBFT's `priv_validator_key.json`." })),
  stateDir: optional(text({ doc: 'For stock: the folder of its `priv_validator_state.json`.' })),
  publicKey: optional(publicKey({ doc: 'For remote: the key with which it signs.' })),
  address: optional(
    grpcAddress({
      doc: 'For remote: where it dials in: `unix:/path`, or an IP address and a port.',
    }),
  ),
  connectionKey: optional(
    publicKey({ doc: 'For remote: the key of its connection; anybody is let in without.' }),
  ),
})

const api = group({
  address: optional(
    hostPort({ doc: 'Where anybody may call the node, but for what tells it what to do.' }),
  ),
  tlsKey: optional(text({ doc: 'The key of its certificate, in PEM; no TLS without.' })),
  tlsCertificate: optional(text({ doc: 'Its certificate, in PEM.' })),
  webOrigins: list(webOrigin({ doc: 'An origin.' }), {
    default: [],
    doc: 'Pages of these origins may call it, by gRPC-web; `*` for all.',
  }),
})

const test = group({
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
  snapshotDiscovery: durationMs({
    default: 15_000,
    doc: 'How long snapshots of others are looked for before the best one is taken.',
  }),
})

const paratime = record(
  {
    id: namespace({ doc: 'Which runtime.' }),
    version: version({ default: { major: 0, minor: 0, patch: 0 }, doc: 'Which version of it.' }),
    module: text({ doc: 'keyvalue, accounts or keymanager of this house, or a path of its file.' }),
  },
  { doc: 'A ParaTime in TypeScript.' },
)

const options = {
  signer,
  api,
  paratimes: inFileOnly(
    list(paratime, {
      default: [],
      doc: 'ParaTimes that run in threads of the node, which may read whatever the node may.',
    }),
  ),
  test,
} as const

type Values = ConfigOf<typeof options>

/** What each kind of signer cannot do without. */
const NEEDED = {
  file: {},
  stock: { key_file: 'keyFile', state_dir: 'stateDir' },
  remote: { public_key: 'publicKey', address: 'address' },
} as const satisfies Record<string, Readonly<Record<string, keyof Values['signer']>>>

function checkSigner({ signer: values }: Values): Complaint | undefined {
  const lacking = Object.entries(NEEDED[values.kind]).find(([, name]) => !values[name])
  if (lacking === undefined) return undefined
  return { key: `signer.${lacking[0]}`, why: `must be set for signer.kind ${values.kind}` }
}

function checkTls({ api: { tlsKey, tlsCertificate } }: Values): Complaint | undefined {
  if ((tlsKey === undefined) === (tlsCertificate === undefined)) return undefined
  const key = tlsKey === undefined ? 'api.tls_key' : 'api.tls_certificate'
  return { key, why: 'must be set where the other of the two is; set both, or neither' }
}

/** What oasis-node does not have, and refuses in its file. */
export const wadiConfig = section('wadi', options, [checkSigner, checkTls])
