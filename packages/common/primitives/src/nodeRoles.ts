import { definePlainErrors } from '@wadi/base/errors'
import type { Schema } from '@wadi/cbor/codec'
import { excerpt } from '@wadi/cbor/errors'
import { mapped } from '@wadi/cbor/mapped'
import { u32 } from '@wadi/cbor/scalars'

/** Texts and masks with roles that do not exist. */
export const errors = definePlainErrors('nodeRoles', {
  invalidRole: 'invalid role',
  duplicateRole: 'duplicate role',
})

/** What a node does, as a bit each. Bit 16 was a role in version 2 of the descriptor. */
export const ROLES = {
  compute: 1,
  observer: 2,
  'key-manager': 4,
  validator: 8,
  'storage-rpc': 32,
} as const

/** The role of old that nothing may have today. */
export const CONSENSUS_RPC_ROLE_BIT = 16
const VALID_BITS = 47

const ENTRIES: readonly (readonly [string, number])[] = Object.entries(ROLES)

/** The names of the roles, joined by commas. */
export function printRoles(roles: number): string {
  // COMPAT(oasis-core): the text of a mask with a reserved bit, which cannot be read back.
  if ((roles & ~VALID_BITS) !== 0) return '[invalid roles]'
  const names = ENTRIES.filter(([, bit]) => (roles & bit) !== 0).map(([name]) => name)
  return names.join(',')
}

/** The roles of a text of names. At least one, and none twice. */
export function parseRoles(text: string): number {
  let roles = 0
  for (const name of text.split(',')) {
    const bit = ENTRIES.find(([known]) => known === name)?.[1]
    if (bit === undefined) throw errors.invalidRole(excerpt(name))
    if ((roles & bit) !== 0) throw errors.duplicateRole(name)
    roles |= bit
  }
  return roles
}

/** Has the mask the role? */
export function hasRole(roles: number, role: keyof typeof ROLES): boolean {
  return (roles & ROLES[role]) !== 0
}

/** Is it one valid role and nothing else? */
export function isSingleRole(roles: number): boolean {
  return ENTRIES.some(([, bit]) => bit === roles)
}

/** A set of roles: a number on the wire, names in JSON. */
export const RolesMask: Schema<number> = mapped(u32, {
  name: 'RolesMask',
  from: (roles) => roles,
  to: (roles) => roles,
  jsonForm: { print: printRoles, parse: parseRoles },
})
