import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { decodeRust, encodeRust, make } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { nilable } from '@wadi/cbor/struct'
import { RoundResults } from '@wadi/consensus/roothash'
import { Header } from '@wadi/consensus/roothash/block'
import { IncomingMessage, MessageEvent } from '@wadi/consensus/roothash/messages'
import { TransferEvent } from '@wadi/consensus/staking/events'
import { Transfer } from '@wadi/consensus/staking/methods'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import { Namespace } from '@wadi/primitives/namespace'
import { type Batch, MissingAnswerError, type RuntimeContext } from '@wadi/runtime-protocol/runtime'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { Call, CallOutput, KeyArgs, KeyValueArgs, TransferArgs } from './call.ts'
import { EPOCH_KEY, nonceKey, pendingKey, u64Bytes } from './keys.ts'
import { keyvalueRuntime } from './keyvalueRuntime.ts'
import { BATCH_COUNT_MAX, EVENT_BLOCKS_MAX, VALUE_SIZE_MAX } from './limits.ts'

const arena = new Arena()
const sender = toUtf8('sender')
const NULL = Uint8Array.of(0xf6)
const UNDEFINED = Uint8Array.of(0xf7)

function newTree(): Tree {
  return createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
}

const context: RuntimeContext = {
  runtimeId: Namespace.zero,
  header: make(Header, {}),
  epoch: 3n,
  maxMessages: 1,
  consensusHeight: 7n,
  consensus: newTree(),
  ask: (request) => {
    throw new MissingAnswerError({ kind: 'HostFetchGenesisHeightRequest', body: request.body })
  },
}

function callOf(nonce: bigint, method: string, args: Uint8Array = NULL): Uint8Array {
  return encodeRust(Call, { sender, nonce, method, args })
}

const insertOf = (nonce: bigint, key: string, value: string) =>
  callOf(nonce, 'insert', encodeRust(KeyValueArgs, make(KeyValueArgs, { key, value })))
const getOf = (nonce: bigint, key: string, method = 'get') =>
  callOf(nonce, method, encodeRust(KeyArgs, make(KeyArgs, { key })))

function batchOf(inputs: readonly Uint8Array[], mode: Batch['mode'] = 'execute'): Batch {
  return { mode, inputs, inMessages: [], roundResults: make(RoundResults, {}) }
}

/** What transactions give, one batch after the other. */
function outputsOf(tree: Tree, ...inputs: Uint8Array[]): string[] {
  const { transactions } = keyvalueRuntime.execute(context, tree, batchOf(inputs))
  return transactions.map(({ output }) => {
    const { kind, body } = decodeRust(CallOutput, output)
    if (kind === 'Error') return body
    return body.length === 0 ? 'nothing' : String(decodeRust(nilable(text), body))
  })
}

describe('the test runtime', () => {
  it('inserts, gets and removes, and gives what was there before', () => {
    const tree = newTree()
    const inputs = [
      insertOf(0n, 'a', 'x'),
      insertOf(1n, 'a', 'y'),
      getOf(2n, 'a'),
      getOf(3n, 'a', 'remove'),
      getOf(4n, 'a'),
    ]
    assert.deepEqual(outputsOf(tree, ...inputs), ['nothing', 'x', 'y', 'y', 'nothing'])
    assert.deepEqual(tree.get(EPOCH_KEY), u64Bytes(3n))
    assert.deepEqual(tree.get(nonceKey(sender)), u64Bytes(5n))
  })

  it('tags what it does to pairs, unless it fails', () => {
    const inputs = [insertOf(0n, 'k', 'v'), insertOf(5n, 'k', 'v')]
    const { transactions } = keyvalueRuntime.execute(context, newTree(), batchOf(inputs))
    assert.deepEqual(
      transactions.map(({ tags }) => tags.map(({ key, value }) => [toHex(key), toHex(value)])),
      [
        [
          ['kv_op', 'insert'],
          ['kv_key', 'k'],
          ['kv_insertion.k', ''],
        ].map((pair) => pair.map((part) => toHex(toUtf8(part)))),
        [],
      ],
    )
  })

  it('says in the words of the reference why a call fails', () => {
    const args = encodeRust(KeyArgs, make(KeyArgs, { key: 'a' }))
    const outputs = outputsOf(
      newTree(),
      callOf(1n, 'get', args),
      callOf(0n, 'unheard_of'),
      callOf(1n, 'get', encodeRust(text, 'a')),
      insertOf(2n, 'a', 'x'.repeat(VALUE_SIZE_MAX + 1)),
      insertOf(3n, 'a', 'x'.repeat(VALUE_SIZE_MAX)),
      callOf(4n, 'get_runtime_id', args),
    )
    assert.deepEqual(outputs, [
      'Invalid nonce: 1',
      'method not found',
      'malformed call arguments',
      'Value too big to be inserted.',
      'nothing',
      'malformed call arguments',
    ])
  })

  it('takes null for arguments all of which are empty', () => {
    const inputs = [insertOf(0n, '', 'x'), callOf(1n, 'get', NULL), callOf(2n, 'get', UNDEFINED)]
    assert.deepEqual(outputsOf(newTree(), ...inputs), ['nothing', 'x', 'x'])
  })

  it('cannot use keys that nobody gives it', () => {
    const methods = ['enc_get', 'decrypt', 'encrypt', 'churp_get']
    const outputs = outputsOf(newTree(), ...methods.map((name, i) => callOf(BigInt(i), name)))
    const refusal = 'key manager not available'
    assert.deepEqual(outputs, [
      refusal,
      `private ephemeral key not available: ${refusal}`,
      refusal,
      refusal,
    ])
  })

  it('fails a batch with a transaction that cannot be read', () => {
    const batch = batchOf([Uint8Array.of(0xff)])
    const refused = { module: 'test', code: 1, message: 'malformed transaction' }
    assert.throws(() => keyvalueRuntime.execute(context, newTree(), batch), refused)
    assert.throws(() => keyvalueRuntime.check(context, newTree(), batch.inputs), refused)
  })

  it('checks without changing anything: a nonce may be ahead, not behind', () => {
    const tree = newTree()
    tree.insert(nonceKey(sender), u64Bytes(2n))
    const before = toHex(tree.rootHash())
    const inputs = [getOf(1n, 'a'), getOf(2n, 'a'), getOf(9n, 'a'), callOf(2n, 'encrypt')]
    const results = keyvalueRuntime.check(context, tree, inputs)
    assert.deepEqual(
      results.map(({ error, meta }) => [error.code, error.message, meta?.senderStateSeq]),
      [
        [1, 'Invalid nonce: 1', undefined],
        [0, '', 2n],
        [0, '', 2n],
        [0, '', 2n],
      ],
    )
    assert.equal(toHex(tree.rootHash()), before)
  })

  it('makes a batch of so many, and rejects what would fail the check', () => {
    const good = Array.from({ length: BATCH_COUNT_MAX + 1 }, (_, i) => getOf(BigInt(i), 'a'))
    const inputs = [good[0]!, good[0]!, ...good.slice(1)]
    const outcome = keyvalueRuntime.execute(context, newTree(), batchOf(inputs, 'schedule'))
    assert.deepEqual(
      outcome.transactions.map(({ input }) => input),
      good.slice(0, BATCH_COUNT_MAX),
    )
    assert.deepEqual(outcome.rejected, [hashOfTransaction(good[0]!)])
  })

  it('executes incoming messages whatever comes of them', () => {
    const tree = newTree()
    const message = { id: 0n, caller: context.header.namespace, tag: 0n, fee: 0n, tokens: 0n }
    const data = [Uint8Array.of(0xff), insertOf(0n, 'in', 'msg')]
    const inMessages = data.map((each) => ({ ...message, data: each })) as never
    const outcome = keyvalueRuntime.execute(context, tree, { ...batchOf([]), inMessages })
    assert.equal(outcome.inMessagesCount, 2)
    assert.deepEqual(tree.get(toUtf8('in')), toUtf8('msg'))
  })

  it('answers questions that only read', () => {
    const tree = newTree()
    tree.insert(toUtf8('a'), toUtf8('x'))
    const args = encodeRust(KeyArgs, make(KeyArgs, { key: 'a' }))
    const answer = keyvalueRuntime.query(context, tree, { method: 'get', args })
    assert.equal(decodeRust(nilable(text), answer), 'x')
    const insertion = { method: 'insert', args }
    assert.throws(() => keyvalueRuntime.query(context, tree, insertion), {
      code: 1,
      module: 'test',
    })
  })

  it('says where a value is no text', () => {
    const tree = newTree()
    tree.insert(toUtf8('cut'), Uint8Array.of(0x61, 0xc3))
    tree.insert(toUtf8('bad'), Uint8Array.of(0x61, 0xff))
    assert.deepEqual(outputsOf(tree, getOf(0n, 'cut'), getOf(1n, 'bad')), [
      'incomplete utf-8 byte sequence from index 1',
      'invalid utf-8 sequence of 1 bytes from index 1',
    ])
  })
})

describe('messages of the test runtime', () => {
  const transfer = make(Transfer, {})
  const sent = callOf(0n, 'consensus_transfer', encodeRust(TransferArgs, { transfer }))
  const result = encodeRust(TransferEvent, make(TransferEvent, {}))
  const roundResults = make(RoundResults, { messages: [make(MessageEvent, { result })] })
  const eventAt = (wanted: bigint, height: bigint): RuntimeContext => ({
    ...context,
    consensusHeight: height,
    ask: (request) => {
      assert.equal(request.kind, 'HostFetchConsensusEventsRequest')
      const asked = request.body as { readonly height: bigint }
      const staking = { transfer: make(TransferEvent, {}) }
      const body = { events: asked.height === wanted ? [{ staking }] : [] }
      return { kind: 'HostFetchConsensusEventsResponse', body } as never
    },
  })
  const withPending = (): Tree => {
    const tree = newTree()
    tree.insert(pendingKey(0), toUtf8('transfer'))
    return tree
  }

  it('are sent, and remembered until their result is there', () => {
    const tree = newTree()
    const { messages } = keyvalueRuntime.execute(context, tree, batchOf([sent]))
    assert.deepEqual(
      messages.map(({ staking }) => staking?.transfer),
      [transfer],
    )
    assert.deepEqual(tree.get(pendingKey(0)), toUtf8('transfer'))
    keyvalueRuntime.execute(eventAt(7n, 7n), tree, { ...batchOf([]), roundResults })
    assert.equal(tree.get(pendingKey(0)), undefined)
  })

  it('are not sent where none are allowed', () => {
    const narrow = { ...context, maxMessages: 0 }
    const { messages, transactions } = keyvalueRuntime.execute(narrow, newTree(), batchOf([sent]))
    assert.equal(messages.length, 0)
    const output = decodeRust(CallOutput, transactions[0]!.output)
    assert.deepEqual(output, { kind: 'Error', body: 'message limit too low' })
  })

  const sentBy = (name: string, nonce = 0n) => {
    const args = encodeRust(TransferArgs, { transfer })
    return encodeRust(Call, { sender: toUtf8(name), nonce, method: 'consensus_transfer', args })
  }
  const inMessagesOf = (...all: readonly Uint8Array[]) =>
    all.map((data) => make(IncomingMessage, { data }))
  const wide = { ...context, maxMessages: 2 }

  it('are as many in a batch that is made as are allowed, and what would send more ends it', () => {
    const inputs = [sentBy('a'), getOf(0n, 'x'), sentBy('b'), getOf(1n, 'x'), sentBy('c')]
    const more = [...inputs, getOf(2n, 'x')]
    const outcome = keyvalueRuntime.execute(wide, newTree(), batchOf(more, 'schedule'))
    assert.deepEqual(
      outcome.transactions.map(({ input }) => input),
      inputs.slice(0, 4),
    )
    assert.equal(outcome.messages.length, 2)
    assert.deepEqual(outcome.rejected, [])
    const given = keyvalueRuntime.execute(wide, newTree(), batchOf(more))
    assert.equal(given.messages.length, 3, 'a given batch is executed as it is')
  })

  it('are as many as are allowed where incoming ones send them, too, of which the rest waits', () => {
    for (const mode of ['schedule', 'execute'] as const) {
      const inMessages = inMessagesOf(sentBy('a'), getOf(0n, 'x'), sentBy('b'), sentBy('c'))
      const tree = newTree()
      const outcome = keyvalueRuntime.execute(wide, tree, { ...batchOf([], mode), inMessages })
      assert.equal(outcome.inMessagesCount, 3)
      assert.equal(outcome.messages.length, 2)
      assert.equal(tree.get(nonceKey(toUtf8('c'))), undefined)
    }
    const inMessages = inMessagesOf(sentBy('a'), sentBy('b'))
    const batch = { ...batchOf([sentBy('c'), getOf(0n, 'x')], 'schedule'), inMessages }
    const full = keyvalueRuntime.execute(wide, newTree(), batch)
    assert.deepEqual([full.inMessagesCount, full.transactions.length], [2, 0])
  })

  it('that would fail take no room: all incoming ones are taken, as by the reference', () => {
    const failing = [
      sentBy('a', 7n),
      callOf(1n, 'consensus_transfer', Uint8Array.of(0x01)),
      Uint8Array.of(0xff),
      callOf(1n, 'no such method'),
    ]
    const inMessages = inMessagesOf(sentBy('a'), sentBy('b'), ...failing, getOf(0n, 'x'))
    const outcome = keyvalueRuntime.execute(wide, newTree(), { ...batchOf([]), inMessages })
    assert.equal(outcome.inMessagesCount, inMessages.length)
    assert.equal(outcome.messages.length, 2)
    const none = { ...context, maxMessages: 0 }
    const silent = keyvalueRuntime.execute(none, newTree(), { ...batchOf([]), inMessages })
    assert.equal(silent.inMessagesCount, inMessages.length)
  })

  it('have results, and nothing else has', () => {
    const none = { reason: 'keyvalue.leftover' }
    assert.throws(() => keyvalueRuntime.execute(context, withPending(), batchOf([])), none)
    const batch = { ...batchOf([]), roundResults }
    const unsent = { reason: 'keyvalue.unexpectedResult' }
    assert.throws(() => keyvalueRuntime.execute(context, newTree(), batch), unsent)
  })

  it('are looked for in the events of so many blocks', () => {
    const batch = { ...batchOf([]), roundResults }
    const last = 1_000n
    const furthest = last - BigInt(EVENT_BLOCKS_MAX) + 1n
    keyvalueRuntime.execute(eventAt(furthest, last), withPending(), batch)
    const beyond = eventAt(furthest - 1n, last)
    const refused = { reason: 'keyvalue.noEvent' }
    assert.throws(() => keyvalueRuntime.execute(beyond, withPending(), batch), refused)
  })

  it('wait for the host’s answer', () => {
    const batch = { ...batchOf([]), roundResults }
    assert.throws(() => keyvalueRuntime.execute(context, withPending(), batch), MissingAnswerError)
  })
})
