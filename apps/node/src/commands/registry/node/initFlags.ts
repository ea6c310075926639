/** The flags of `registry node init`, and what they say of a node. */

import { parseHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { SOFTWARE_VERSION } from '@wadi/compose/software-version'
import type { Flag, Flags, FlagsOf } from '@wadi/node-config/command'
import { persistentFlags } from '@wadi/node-config/node-flags'
import { Namespace } from '@wadi/primitives/namespace'
import {
  type ConsensusAddress,
  type NodeAddress,
  parseNodeAddress,
} from '@wadi/primitives/nodeAddress'
import { ROLES } from '@wadi/primitives/nodeRoles'
import type { NodeDescription } from '@wadi/provisioning/node-registration'
import { errors } from '../../transaction/commandErrors.ts'
import { publicKeyOf, unsignedOf } from '../../transaction/flagValues.ts'
import { entityFlags } from '../../transaction/transactionFlags.ts'

const P2P = 'node.p2p_address'
const CONSENSUS = 'node.consensus_address'
const RUNTIME = 'node.runtime.id'

function texts(doc: string): Flag<'texts'> {
  return { kind: 'texts', doc, fallback: [] }
}

/** What a node is to be. */
export const nodeInitFlags = {
  ...entityFlags,
  config: persistentFlags.config,
  [CONSENSUS]: texts(
    '[key@]ip:port at which validators reach it, needed of a validator; its own key without one',
  ),
  'node.entity_id': {
    kind: 'text',
    doc: 'public key of the entity that owns it, in base64; needed',
    fallback: '',
  },
  'node.expiration': {
    kind: 'integer',
    doc: 'last epoch in which the registration holds',
    fallback: 0n,
  },
  'node.is_self_signed': {
    kind: 'boolean',
    doc: 'without effect: a node signs its registration itself',
    fallback: true,
  },
  [P2P]: texts('ip:port at which nodes of runtimes reach it; needed'),
  'node.role': texts('what it does: compute-worker, key-manager, validator; needed'),
  [RUNTIME]: texts('identifier of a runtime that it runs, 64 hexadecimal digits'),
} as const satisfies Flags

type Values = FlagsOf<typeof nodeInitFlags>

const ROLE_NAMES: Readonly<Record<string, number>> = {
  'compute-worker': ROLES.compute,
  'key-manager': ROLES['key-manager'],
  validator: ROLES.validator,
}

function rolesOf(names: readonly string[]): number {
  const known = Object.keys(ROLE_NAMES).join(', ')
  if (names.length === 0) throw errors.missingValue(`--node.role is missing; give one of ${known}`)
  return names.reduce((roles, name) => {
    const lower = name.toLowerCase()
    if (!Object.hasOwn(ROLE_NAMES, lower))
      throw errors.badValue(`--node.role is ${JSON.stringify(name)}; give one of ${known}`)
    return roles | ROLE_NAMES[lower]!
  }, 0)
}

function orRefuse<T>(name: string, text: string, form: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badValue(`--${name} is ${JSON.stringify(text)}; give ${form}`)
  }
}

const ADDRESS_FORM = 'an IP address and a port, such as 127.0.0.1:9200'

function addressOf(name: string, text: string): NodeAddress {
  return orRefuse(name, text, ADDRESS_FORM, () => parseNodeAddress(text))
}

function consensusAddressOf(text: string): ConsensusAddress | NodeAddress {
  const [key, address, ...rest] = text.split('@')
  if (address === undefined) return addressOf(CONSENSUS, text)
  if (rest.length > 0)
    throw errors.badValue(`--${CONSENSUS} is ${JSON.stringify(text)}; give one key and one address`)
  return { id: publicKeyOf(CONSENSUS, key!), address: addressOf(CONSENSUS, address) }
}

function runtimeOf(text: string): Namespace {
  const form = 'the 64 hexadecimal digits of a runtime'
  return orRefuse(RUNTIME, text, form, () => Namespace.check(parseHex(text)))
}

/** COMPAT(oasis-core): only validators have addresses for the consensus layer. */
function consensusAddressesOf(flags: Values, roles: number): NodeDescription['consensusAddresses'] {
  if ((roles & ROLES.validator) === 0) return []
  if (flags[CONSENSUS].length === 0)
    throw errors.missingValue(`--${CONSENSUS} is missing; give ${ADDRESS_FORM}`)
  return flags[CONSENSUS].map(consensusAddressOf)
}

/** What the flags say of the node. */
export function nodeDescriptionOf(flags: Values): NodeDescription {
  const roles = rolesOf(flags['node.role'])
  if (flags[P2P].length === 0)
    throw errors.missingValue(`--${P2P} is missing; give ${ADDRESS_FORM}`)
  return {
    entityId: publicKeyOf('node.entity_id', flags['node.entity_id']),
    expiration: unsignedOf('node.expiration', flags['node.expiration']),
    roles,
    runtimes: flags[RUNTIME].map(runtimeOf),
    p2pAddresses: flags[P2P].map((text) => addressOf(P2P, text)),
    consensusAddresses: consensusAddressesOf(flags, roles),
    softwareVersion: SOFTWARE_VERSION,
  }
}
