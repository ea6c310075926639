import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { Genesis } from '@wadi/consensus/registry'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { multiSignValue } from '@wadi/primitives/envelope'
import { Node } from '@wadi/primitives/node'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import {
  entitySigner,
  keyOf,
  nodeOf,
  nodeSigners,
  registryContext,
  signedEntity,
  signedNode,
  TEST_PARAMETERS,
} from '../testing/testRegistry.ts'
import { checkGenesis } from './genesisChecks.ts'

const signers = nodeSigners('one')
const [reserved] = RESERVED_PUBLIC_KEYS as readonly [(typeof RESERVED_PUBLIC_KEYS)[number]]
const full = make(Genesis, {
  params: TEST_PARAMETERS,
  entities: [signedEntity(entitySigner('alice'), [keyOf(signers.id)])],
  nodes: [signedNode(signers)],
})

function check(fields: Partial<Genesis>): void {
  checkGenesis(registryContext({ mode: 'initChain', lastHeight: 0n }), { ...full, ...fields }, [])
}

describe("the nodes of a document's registry", () => {
  it('have no identifier that is forbidden, whoever has signed them', () => {
    check({})
    const { id: _, ...others } = signers
    const node = nodeOf(signers, { id: reserved })
    const context = contextOf(contexts.registerNode)
    const nodes = [multiSignValue(Object.values(others), context, Node, node)]
    assert.throws(() => check({ nodes }), {
      module: 'unknown',
      code: 1,
      reason: 'registryGenesisChecks.invalidNodeId',
      context: 'at registry.nodes[0]',
    })
  })
})
