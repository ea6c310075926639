import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { decode, encode, zero } from '@wadi/cbor/codec'
import { parseJson, toJson } from '@wadi/cbor/json'
import type { AnySchema } from '@wadi/cbor/schema'
import fc from 'fast-check'
import * as beacon from './beacon/types.ts'
import * as churpMethods from './churp/methods.ts'
import * as churp from './churp/types.ts'
import * as consensus from './consensus/types.ts'
import { eventBodies } from './events.ts'
import { GenesisDocument } from './genesis/document.ts'
import * as governanceChanges from './governance/parameterChanges.ts'
import * as governance from './governance/types.ts'
import * as keymanager from './keymanager/types.ts'
import { methodBodies } from './methods.ts'
import * as registryChanges from './registry/parameterChanges.ts'
import * as runtime from './registry/runtime.ts'
import * as sgx from './registry/sgx.ts'
import * as registry from './registry/types.ts'
import * as block from './roothash/block.ts'
import * as commitments from './roothash/commitments.ts'
import * as messages from './roothash/messages.ts'
import * as roothashChanges from './roothash/parameterChanges.ts'
import * as roothash from './roothash/types.ts'
import * as committee from './scheduler/committee.ts'
import * as schedulerChanges from './scheduler/parameterChanges.ts'
import * as scheduler from './scheduler/types.ts'
import * as stakingChanges from './staking/parameterChanges.ts'
import * as staking from './staking/types.ts'
import * as upgrade from './upgrade/types.ts'
import * as vaultChanges from './vault/parameterChanges.ts'
import * as vault from './vault/types.ts'

const RUNS = { numRuns: 12 }

function isSchema(value: unknown): value is AnySchema {
  return typeof value === 'object' && value !== null && 'shape' in value && 'read' in value
}

/** Every schema that the modules export, by area and name. */
function schemasOf(areas: Readonly<Record<string, object>>): readonly [string, AnySchema][] {
  return Object.entries(areas).flatMap(([area, module]) =>
    Object.entries(module)
      .filter((entry): entry is [string, AnySchema] => isSchema(entry[1]))
      .map(([name, schema]): [string, AnySchema] => [`${area}.${name}`, schema]),
  )
}

const schemas = schemasOf({
  beacon,
  staking,
  registry,
  scheduler,
  governance,
  vault,
  keymanager,
  churp,
  roothash,
  consensus,
  upgrade,
  'registry/runtime': runtime,
  'registry/sgx': sgx,
  'roothash/block': block,
  'roothash/commitments': commitments,
  'roothash/messages': messages,
  'scheduler/committee': committee,
  'churp/methods': churpMethods,
  'staking/changes': stakingChanges,
  'registry/changes': registryChanges,
  'scheduler/changes': schedulerChanges,
  'governance/changes': governanceChanges,
  'roothash/changes': roothashChanges,
  'vault/changes': vaultChanges,
  methods: methodBodies,
  ...eventBodies,
  genesis: { GenesisDocument },
})

/** Some values have no text that can be read back: each is tested where it is declared. */
const TEXT_ERROR = /^(nodeRoles|nodeAddress|ip)\.|^cbor\.badTime$/

/** The value after a journey through JSON; undefined if its text cannot be read back. */
function throughJson(schema: AnySchema, value: unknown): unknown {
  try {
    return parseJson(schema, toJson(schema, value))
  } catch (error) {
    if (error instanceof CodedError && TEXT_ERROR.test(error.reason)) return undefined
    throw error
  }
}

/** Descriptors of entities and nodes decode only in versions that exist. */
function withVersions(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const entity = value as { entity?: object; node?: object }
  if (entity.entity !== undefined) return { ...value, entity: { ...entity.entity, v: 2 } }
  if (entity.node !== undefined) return { ...value, node: { ...entity.node, v: 3 } }
  return value
}

describe('schemas', () => {
  it('are all here', () => {
    assert.ok(schemas.length > 150, `${schemas.length}`)
  })

  for (const [name, schema] of schemas) {
    it(`${name} comes back from the wire`, () => {
      fc.assert(
        fc.property(arbitrary(schema).map(withVersions), (value) => {
          const bytes = encode(schema, value)
          assert.deepEqual(encode(schema, decode(schema, bytes)), bytes)
        }),
        RUNS,
      )
    })

    it(`${name} comes back from JSON`, () => {
      fc.assert(
        fc.property(arbitrary(schema).map(withVersions), (value) => {
          const back = throughJson(schema, value)
          if (back !== undefined) assert.equal(toJson(schema, back), toJson(schema, value))
        }),
        RUNS,
      )
    })

    it(`${name} ends in a value or a coded error whatever bytes come`, () => {
      fc.assert(
        fc.property(arbitrary(schema), fc.nat(), fc.nat(255), (value, place, byte) => {
          const bytes = encode(schema, value)
          bytes[place % bytes.length] = byte
          for (const input of [bytes, bytes.slice(0, place % bytes.length)]) {
            try {
              encode(schema, decode(schema, input))
            } catch (error) {
              assert.ok(error instanceof CodedError, String(error))
              assert.deepEqual([error.module, error.code], ['unknown', 1])
            }
          }
        }),
        RUNS,
      )
    })

    it(`${name} is zero when there is no input, and its zero has an encoding`, () => {
      assert.deepEqual(decode(schema, undefined), zero(schema))
      encode(schema, zero(schema))
    })
  }
})
