import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseHex, toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { parseJson } from '@wadi/cbor/json'
import type { AnySchema } from '@wadi/cbor/schema'
import * as churp from './churp/types.ts'
import * as governance from './governance/types.ts'
import * as keymanager from './keymanager/events.ts'
import * as registry from './registry/types.ts'
import * as commitments from './roothash/commitments.ts'
import * as roothash from './roothash/types.ts'
import * as staking from './staking/types.ts'
import * as vault from './vault/types.ts'

/** JSON with nulls, and the CBOR that the reference (oasis-core 26.1) makes of it. */
const vectors: readonly (readonly [string, AnySchema, string, string])[] = [
  [
    'CHURP schemes',
    churp.Genesis,
    '{"params":{},"statuses":[null]}',
    'a266706172616d73a068737461747573657381f6',
  ],
  [
    'proposals, and lists of votes',
    governance.Genesis,
    '{"params":{},"proposals":[null],"vote_entries":{"1":null,"2":[null]}}',
    'a366706172616d73a06970726f706f73616c7381f66c766f74655f656e7472696573a201f60281f6',
  ],
  [
    'descriptors',
    registry.Genesis,
    '{"params":{},"entities":[null],"runtimes":[null],"suspended_runtimes":[null],"nodes":[null]}',
    'a5656e6f64657381f666706172616d73a068656e74697469657381f66872756e74696d657381f67273757370' +
      '656e6465645f72756e74696d657381f6',
  ],
  ['results of messages', roothash.RoundResults, '{"messages":[null]}', 'a1686d6573736167657381f6'],
  [
    'commitments by rank',
    commitments.CommitmentPool,
    '{"scheduler_commitments":{"1":null}}',
    'a1757363686564756c65725f636f6d6d69746d656e7473a101f6',
  ],
  [
    'claims to stake',
    staking.Account,
    '{"escrow":{"stake_accumulator":{"claims":{"a":null}}}}',
    'a166657363726f77a1717374616b655f616363756d756c61746f72a166636c61696d73a16161f6',
  ],
  [
    'vaults',
    vault.Genesis,
    '{"params":{},"vaults":[null]}',
    'a266706172616d73a0667661756c747381f6',
  ],
  ['key managers', keymanager.StatusUpdateEvent, '{"Statuses":[null]}', 'a168537461747573657381f6'],
]

describe('null in a list or a map', () => {
  for (const [name, schema, json, cbor] of vectors) {
    it(`stays null: ${name}`, () => {
      assert.equal(toHex(encode(schema, parseJson(schema, json))), cbor)
      assert.equal(toHex(encode(schema, decode(schema, parseHex(cbor)))), cbor)
    })
  }
})
