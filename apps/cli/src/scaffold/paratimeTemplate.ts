/** The files of a new ParaTime: a module of its own beside those of accounts, and a test. */

/** What a new ParaTime is made with. */
export interface NewParatime {
  readonly name: string
  /** Hexadecimal. */
  readonly id: string
}

const PARATIME = `import { concatBytes, toUtf8 } from '@wadi/base/bytes'
import { text } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { accountsParatime } from '@wadi/paratime-accounts/runtime'
import { unit } from '@wadi/paratime-sdk/codec'
import { defineSdkErrors } from '@wadi/paratime-sdk/errors'
import { call, query } from '@wadi/paratime-sdk/method'
import { defineModule, NO_PARAMETERS } from '@wadi/paratime-sdk/module'
import { useGas } from '@wadi/paratime-sdk/modules/core/gas'
import { Address } from '@wadi/primitives/address'

const errors = defineSdkErrors('notes', { tooLong: [1, 'a note has {} characters at most'] })
const SIZE_MAX = 280
const keyOf = (owner: Uint8Array) => concatBytes(toUtf8('notes'), owner)

/** Everybody keeps one note, which all can read. */
export const notes = defineModule({
  name: 'notes',
  parameters: NO_PARAMETERS,
  init: () => undefined,
  methods: [
    call({
      name: 'notes.Write',
      args: struct({ note: text }),
      result: unit,
      run(frame, { note }) {
        useGas(frame, 1_000n)
        if (note.length > SIZE_MAX) throw errors.tooLong(\`\${SIZE_MAX}\`)
        frame.store.insert(keyOf(frame.callerAddress), toUtf8(note))
        return undefined
      },
    }),
    query({
      name: 'notes.Read',
      args: struct({ owner: Address }),
      result: text,
      run: ({ store }, { owner }) => new TextDecoder().decode(store.get(keyOf(owner))),
    }),
  ],
})

/** A list of modules; the parameters of the others are those of the ParaTime of accounts. */
export const paratime = {
  ...accountsParatime,
  version: { major: 0, minor: 1, patch: 0 },
  modules: [...accountsParatime.modules, notes],
}
`

const PROGRAM = `import { paratime } from './paratime.ts'
import { runProgram } from '@wadi/runtime-guest/runProgram'
import { serveRuntime } from '@wadi/runtime-guest/serveRuntime'
import { runtimeOf } from '@wadi/paratime-sdk/runtime'

await runProgram((host) => serveRuntime(runtimeOf(paratime), host))
`

const TEST = `import assert from 'node:assert/strict'
import { it } from 'node:test'
import { encodeRust } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import { resultAt, signed, TestChain } from '@wadi/paratime-sdk/testing/chain'
import { alice } from '@wadi/paratime-sdk/testing/keys'
import { Address } from '@wadi/primitives/address'
import { paratime } from './paratime.ts'

const fee = { gas: 10_000_000n }
const write = (note: string, nonce: bigint) => {
  const body = encodeRust(struct({ note: text }), { note })
  return signed(alice, { method: 'notes.Write', body, nonce, fee })
}

it('keeps the note of whoever wrote it, if it is not too long', () => {
  const chain = new TestChain(paratime)
  const outcome = chain.execute([write('hello', 0n), write('x'.repeat(281), 1n)])
  assert.equal(resultAt(outcome, 0).kind, 'ok')
  assert.equal(resultAt(outcome, 1).kind, 'fail')
  const owner = encodeRust(struct({ owner: Address }), { owner: alice.address })
  assert.equal(chain.query('notes.Read', owner, text), 'hello')
})
`

/** Texts by the names of their files. */
export function paratimeFiles({ name, id }: NewParatime): ReadonlyMap<string, string> {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`
  return new Map([
    ['package.json', json({ name, private: true, type: 'module' })],
    ['paratime.json', json({ name, id })],
    ['paratime.ts', PARATIME],
    ['paratime.test.ts', TEST],
    ['program.ts', PROGRAM],
  ])
}
