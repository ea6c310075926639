import { command, type Flags } from '@wadi/node-config/command'
import { connectionFlags } from '../connection/connectionFlags.ts'
import { errors } from '../transaction/commandErrors.ts'

const proxyFlags = {
  ...connectionFlags,
  'genesis.file': {
    kind: 'text',
    doc: 'path to genesis file',
    fallback: 'genesis.json',
    short: 'g',
  },
  'grpc.port': { kind: 'integer', doc: 'gRPC server port', fallback: 9001n, word: 'uint16' },
  'ias.auth.api_key': { kind: 'text', doc: 'the IAS subscription API key', fallback: '' },
  'ias.debug.mock': {
    kind: 'boolean',
    doc: 'generate mock reports (UNSAFE)',
    fallback: false,
    isHidden: true,
  },
  'ias.debug.skip_auth': {
    kind: 'boolean',
    doc: 'proxy for everybody (UNSAFE)',
    fallback: false,
    isHidden: true,
  },
  'ias.production': {
    kind: 'boolean',
    doc: 'use the production IAS endpoint',
    fallback: false,
  },
  'ias.quote.signature_type': {
    kind: 'text',
    doc: 'quote signature type associated with the SPID',
    fallback: 'linkable',
  },
  'ias.spid': { kind: 'text', doc: 'SPID associated with the client certificate', fallback: '' },
  'ias.wait_runtimes': {
    kind: 'integer',
    doc: 'wait for N runtimes to be registered before servicing requests',
    fallback: 0n,
    word: 'int',
  },
} as const satisfies Flags

/** What, why, and what next. */
const REFUSAL =
  'ias proxy is not supported: it forwards attestations of SGX hardware (EPID) to a service of ' +
  'Intel that has ended, and quotes of trusted hardware are not verified here yet; for nodes ' +
  'with such hardware keep oasis-node, with DCAP attestation, which needs no proxy'

/** `ias proxy`: known, and refused. */
export const proxy = command({
  name: 'proxy',
  summary: 'forward IAS requests under given client credentials (not supported)',
  options: proxyFlags,
  run() {
    throw errors.unsupported(REFUSAL)
  },
})
