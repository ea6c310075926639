/** Where the key of a role is, by the flags of `--signer.…`. */

import { isTold } from '@wadi/base/errors'
import { KEY_ROLES, type KeyRole } from '@wadi/crypto/signature/keyRole'
import type { FlagsOf } from '@wadi/node-config/command'
import type { signerFlags } from '@wadi/node-config/node-flags'
import { publicKeyOfCertificate } from '@wadi/node-crypto/tls/certificate'
import { loadCertificate, loadTlsIdentity } from '@wadi/node-crypto/tls/tlsKeyFile'
import { errors } from '../transaction/commandErrors.ts'
import type { RemoteSignerPlace, SignerTls } from './remoteSigner.ts'

/** The flags, with their values. */
export type SignerFlagValues = FlagsOf<typeof signerFlags>

/** Somewhere that keys can be. */
export type KeyPlace = { readonly kind: 'file' } | ({ readonly kind: 'remote' } & RemoteSignerPlace)

const SOCKET = 'unix:'
const TARGET = /^(unix:.+|(\[[0-9a-fA-F:.]+\]|[^:[\]/]+):\d{1,5})$/
const BACKENDS = 'signer.composite.backends'
const EXAMPLE = 'entity:remote,node:file'

function isRole(name: string): name is KeyRole {
  return Object.hasOwn(KEY_ROLES, name)
}

/** The backend that a composite has for a role. */
function backendFor(role: KeyRole, text: string): string {
  const found = text.split(',').map((pair) => {
    const [name = '', backend, more] = pair.split(':')
    if (backend === undefined || more !== undefined)
      throw errors.badValue(
        `--${BACKENDS} is ${JSON.stringify(text)}; give a backend for each role: ${EXAMPLE}`,
      )
    if (!isRole(name))
      throw errors.badValue(
        `--${BACKENDS} has the role ${JSON.stringify(name)}, which nobody knows; ` +
          `take ${Object.keys(KEY_ROLES).join(', ')}`,
      )
    return { name, backend: backend.toLowerCase() }
  })
  const names = found.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined)
    throw errors.badValue(`--${BACKENDS} has the role ${twice} twice; give each role once`)
  const own = found.find(({ name }) => name === role)
  if (own !== undefined) return own.backend
  throw errors.badValue(`--${BACKENDS} has no backend for the role ${role}; add ${role}:file`)
}

/** What is needed to find a remote signer and to be let in. */
const REMEDIES = {
  'signer.remote.address': 'unix:<path of its socket> or <host>:<port>',
  'signer.remote.client.certificate': 'the file with your certificate',
  'signer.remote.client.key': 'the file with the key of your certificate',
  'signer.remote.server.certificate': "the file with the signer's certificate",
} as const

function required(flags: SignerFlagValues, name: keyof typeof REMEDIES): string {
  const value = flags[name]
  if (value !== '') return value
  throw errors.missingValue(`--${name} is missing; give ${REMEDIES[name]}`)
}

/** Reads a file that a flag names. */
function fromFile<T>(name: keyof typeof REMEDIES, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isTold(error)) throw error
    throw errors.badFile(`${error.message}; name another with --${name}`)
  }
}

function tlsOf(flags: SignerFlagValues): SignerTls {
  const certificate = required(flags, 'signer.remote.client.certificate')
  const key = required(flags, 'signer.remote.client.key')
  const server = required(flags, 'signer.remote.server.certificate')
  return {
    client: fromFile('signer.remote.client.certificate', () =>
      loadTlsIdentity({ key, certificate }),
    ),
    serverKey: fromFile('signer.remote.server.certificate', () =>
      publicKeyOfCertificate(loadCertificate(server)),
    ),
  }
}

function targetOf(flags: SignerFlagValues): string {
  const target = required(flags, 'signer.remote.address')
  if (TARGET.test(target)) return target
  throw errors.badValue(
    `--signer.remote.address is ${JSON.stringify(target)}; ` +
      `give ${REMEDIES['signer.remote.address']}`,
  )
}

function placeOf(backend: string, flags: SignerFlagValues): KeyPlace {
  if (backend === 'file') return { kind: 'file' }
  if (backend === 'remote') {
    const target = targetOf(flags)
    return { kind: 'remote', target, tls: target.startsWith(SOCKET) ? undefined : tlsOf(flags) }
  }
  if (backend === 'plugin')
    throw errors.unsupported(
      '--signer.backend plugin is not supported: plugins speak a protocol of Go alone; have ' +
        'oasis-remote-signer run the plugin, and use --signer.backend remote',
    )
  if (backend === 'memory')
    throw errors.unsupported(
      '--signer.backend memory is for tests of programs; use file, remote or composite',
    )
  throw errors.badValue(
    `--signer.backend is ${JSON.stringify(backend)}, which nobody knows; ` +
      'use file, remote or composite',
  )
}

/** See the top of this file. */
export function keyPlaceOf(flags: SignerFlagValues, role: KeyRole): KeyPlace {
  const backend = flags['signer.backend'].toLowerCase()
  return placeOf(backend === 'composite' ? backendFor(role, flags[BACKENDS]) : backend, flags)
}

/** The keys that a node has itself. */
export const NODE_ROLES: readonly KeyRole[] = ['node', 'p2p', 'consensus', 'vrf']

/** Refuses to take the keys of a node itself from anywhere but its data folder. */
export function requireFiles(flags: SignerFlagValues, roles: readonly KeyRole[]): void {
  const elsewhere = roles.find((role) => keyPlaceOf(flags, role).kind !== 'file')
  if (elsewhere === undefined) return
  throw errors.unsupported(
    `the key of the role ${elsewhere} cannot be with a remote signer: keys of a node itself are ` +
      'files of its data folder; use --signer.backend file',
  )
}
