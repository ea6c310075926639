import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { errors } from '@wadi/consensus/registry/errors'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import { Entity, type SignedEntity } from '@wadi/primitives/entity'
import { openSigned } from '@wadi/primitives/envelope'

const CONTEXT = contextOf(contexts.registerEntity)

/** Opens an entity's descriptor. COMPAT(oasis-core): what cannot be decoded is badly signed. */
function open(rules: SignatureRules, signed: SignedEntity): Entity {
  try {
    return openSigned(rules, CONTEXT, Entity, signed).value
  } catch (error) {
    if (error instanceof CodedError) throw errors.invalidSignature(error.message)
    throw error
  }
}

/** What an entity says of itself, if it says so itself and names no node twice. */
export function verifyEntity(rules: SignatureRules, signed: SignedEntity): Entity {
  const entity = open(rules, signed)
  if (!equalBytes(signed.signature.publicKey, entity.id))
    throw errors.invalidArgument('signed by another key')
  if (entity.nodes.some((node) => rules.forbidden.has(node)))
    throw errors.invalidArgument('malformed node id')
  if (new Set(entity.nodes.map(toHex)).size !== entity.nodes.length)
    throw errors.invalidArgument('duplicate nodes')
  return entity
}
