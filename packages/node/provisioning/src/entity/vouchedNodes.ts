/** The nodes that an entity vouches for, by their keys or by their descriptors. */

import { equalBytes, toBase64, toHex } from '@wadi/base/bytes'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { SignatureRules } from '@wadi/crypto/signature/verification'
import type { FileSystem } from '@wadi/node-storage/file-system'
import type { Entity } from '@wadi/primitives/entity'
import { openMultiSigned } from '@wadi/primitives/envelope'
import { MultiSignedNode, Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { errors } from '../errors.ts'
import { fromFile, readNamedJson } from '../namedFile.ts'

/** Who is vouched for. */
export interface VouchedNodes {
  readonly ids: readonly PublicKey[]
  /** Paths of signed descriptors, made for a genesis document. */
  readonly descriptors: readonly string[]
}

/** What is looked at while descriptors are read. */
export interface VouchingTerms {
  readonly files: FileSystem
  readonly signatures: SignatureRules
}

/** The identifier of a descriptor's node, which must be the entity's and signed by itself. */
function idOfDescriptor(path: string, owner: PublicKey, terms: VouchingTerms): PublicKey {
  const what = "a node's signed descriptor"
  const named = { path, what, remedy: 'make one with `registry node init`' }
  const signed = readNamedJson(terms.files, named, MultiSignedNode)
  const context = contextOf(contexts.registerNode)
  const { value, signers } = fromFile(named, () =>
    openMultiSigned(terms.signatures, context, Node, signed),
  )
  const { id, entityId } = value
  if (!equalBytes(entityId, owner))
    throw errors.mismatch(
      `${path} is of a node of the entity ${toBase64(entityId)}, not of ${toBase64(owner)}; ` +
        'name a descriptor that was made with --node.entity_id of this one',
    )
  if (!equalBytes(signers[0]!, id))
    throw errors.mismatch(
      `${path} is signed by ${toBase64(signers[0]!)} first and not by its node; ` +
        'make it with `registry node init`',
    )
  return id
}

/**
 * The entity with these nodes, and no others: each once, in the order in which they were named.
 * COMPAT(oasis-core): there the order is left to chance.
 */
export function withNodes(entity: Entity, nodes: VouchedNodes, terms: VouchingTerms): Entity {
  const found = nodes.descriptors.map((path) => idOfDescriptor(path, entity.id, terms))
  const byHex = new Map([...nodes.ids, ...found].map((id) => [toHex(id), id] as const))
  return { ...entity, nodes: [...byHex.values()] }
}
