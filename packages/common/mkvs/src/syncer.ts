/** Answering those who read a tree from afar: the requests and the proofs that answer them. */

import { EMPTY_BYTES, equalBytes, hasPrefix } from '@wadi/base/bytes'
import { list } from '@wadi/cbor/collections'
import { bool, bytes, u8, u16, u64 } from '@wadi/cbor/scalars'
import type { Infer } from '@wadi/cbor/schema'
import { named, omitEmpty, struct } from '@wadi/cbor/struct'
import { errors } from './errors.ts'
import { PREFIX_COUNT_MAX, PROOF_VISITS_MAX, PROOF_WALK_BYTES_MAX } from './limits.ts'
import { Proof, type ProofVersion } from './proof.ts'
import { ProofBuilder } from './proofBuilder.ts'
import type { VerifiedProof } from './proofNode.ts'
import { ReferenceIterator, walkGet } from './referenceWalk.ts'
import { equalRoots, ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root } from './roots.ts'
import type { Tree } from './tree.ts'
import type { TreeNodes } from './treeNodes.ts'
import { verifyProof } from './verifyProof.ts'
import { WireHash, WireNamespace } from './wireHash.ts'

/** A root on the wire. */
export const WireRoot = struct({
  namespace: named('ns', WireNamespace),
  version: u64,
  type: named('root_type', u8),
  hash: WireHash,
})
export type WireRoot = Infer<typeof WireRoot>

/** Which tree is asked, and where in it the asker has got to. */
export const TreeId = struct({ root: WireRoot, position: WireHash })

export const GetRequest = struct({
  tree: TreeId,
  key: bytes,
  includeSiblings: omitEmpty(bool),
  proofVersion: omitEmpty(u16),
})
export type GetRequest = Infer<typeof GetRequest>

export const GetPrefixesRequest = struct({
  tree: TreeId,
  prefixes: list(bytes, { countMax: PREFIX_COUNT_MAX }),
  limit: u16,
  proofVersion: omitEmpty(u16),
})
export type GetPrefixesRequest = Infer<typeof GetPrefixesRequest>

export const IterateRequest = struct({
  tree: TreeId,
  key: bytes,
  prefetch: u16,
  proofVersion: omitEmpty(u16),
})
export type IterateRequest = Infer<typeof IterateRequest>

export const ProofResponse = struct({ proof: Proof })

/** The root that a wire root names. */
export function toRoot({ type, ...rest }: WireRoot): Root {
  if (type !== ROOT_TYPE_STATE && type !== ROOT_TYPE_IO) throw errors.rootMismatch('no such type')
  return { ...rest, type }
}

interface AnyRequest {
  readonly tree: Infer<typeof TreeId>
  readonly proofVersion: number
}

type Walk = (nodes: TreeNodes, builder: ProofBuilder, version: ProofVersion) => void

/** Checks what all requests have in common and builds the proof of a walk. */
function prove(
  tree: Tree,
  request: AnyRequest,
  position: Uint8Array | undefined,
  walk: Walk,
): Proof {
  const { proofVersion: version } = request
  if (!equalRoots(toRoot(request.tree.root), tree.root)) throw errors.rootMismatch('of the request')
  if (version !== 0 && version !== 1) throw errors.badProofVersion(`${version}`)
  return tree.withNodes((nodes) => {
    const builder = new ProofBuilder(nodes, version)
    walk(nodes, builder, version)
    const start = position && builder.find(position)
    if (position !== undefined && start !== undefined) return builder.build(start, position)
    return builder.build(nodes.root(EMPTY_BYTES), tree.root.hash)
  })
}

/**
 * The nodes that a lookup of one key visits.
 * COMPAT(oasis-core): if the position is among them, only what is below it is sent, although the
 * walk began at the root.
 */
export function proveGet(tree: Tree, request: GetRequest): Proof {
  const { key, includeSiblings } = request
  return prove(tree, request, request.tree.position, (nodes, builder, version) => {
    const siblings = includeSiblings ? 'included' : 'left-out'
    const leafSlots = version === 0 ? 'embedded' : 'separate'
    walkGet(nodes, { key, siblings, leafSlots }, (node) => builder.include(node))
  })
}

/**
 * A walk whose nodes go into a proof, and whether it may take another step. A step costs what it
 * visits, whether it finds a key or not.
 */
function walkInto(builder: ProofBuilder, nodes: TreeNodes) {
  let visits = 0
  const iterator = new ReferenceIterator(nodes, (node) => {
    visits++
    builder.include(node)
  })
  const mayGoOn = () => visits < PROOF_VISITS_MAX && builder.size < PROOF_WALK_BYTES_MAX
  return { iterator, mayGoOn }
}

/**
 * The nodes that seeking a key and going `prefetch` steps on visits, or the first of these steps.
 * The position is ignored.
 */
export function proveIterate(tree: Tree, request: IterateRequest): Proof {
  return prove(tree, request, undefined, (nodes, builder) => {
    const { iterator, mayGoOn } = walkInto(builder, nodes)
    iterator.seek(request.key)
    for (let i = 0; i < request.prefetch && iterator.key !== undefined; i++) {
      if (!mayGoOn()) return
      iterator.next()
    }
  })
}

/**
 * The nodes of up to `limit` keys in all that begin with one of the prefixes, or of the first of
 * these.
 */
export function provePrefixes(tree: Tree, request: GetPrefixesRequest): Proof {
  return prove(tree, request, undefined, (nodes, builder) => {
    const { iterator, mayGoOn } = walkInto(builder, nodes)
    let total = 0
    for (const prefix of request.prefixes) {
      if (!mayGoOn()) return
      iterator.seek(prefix)
      for (; iterator.key !== undefined; total++) {
        if (total >= request.limit) return
        if (!hasPrefix(iterator.key, prefix)) break
        if (!mayGoOn()) return
        iterator.next()
      }
    }
  })
}

/** What was asked for, as in {@link TreeId}. */
export interface Asked {
  readonly root: { readonly hash: Uint8Array }
  readonly position: Uint8Array
}

/** Checks an answer: it begins at the position that was asked for, or else at the tree's root. */
export function verifyAnswer(proof: Proof, asked: Asked): VerifiedProof {
  const isThere = equalBytes(proof.untrustedRoot, asked.position)
  return verifyProof(isThere ? asked.position : asked.root.hash, proof)
}
