import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { toBase64 } from '@wadi/base/bytes'
import { parseJson } from '@wadi/cbor/json'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { Entity, SignedEntity } from '@wadi/primitives/entity'
import { openSigned } from '@wadi/primitives/envelope'
import {
  openTransaction,
  SignedTransaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { entityContext } from '@wadi/provisioning/entity-folder'
import { registryCommands } from '../registry/registryCommands.ts'
import { signerCommands } from '../signer/signerCommands.ts'
import { type Ran, runWords } from '../testing/runWords.ts'
import { TestNetwork } from '../testing/testNetwork.ts'
import { SIGNER_ANSWER_BYTES_MAX } from './limits.ts'
import { pairOf, SignerServer } from './testing/signerServer.ts'

const rules = signatureRules(forbidKeys([]))

/** The flags that name a signer at a socket. */
const remote = ({ address }: SignerServer): readonly string[] => [
  ...['--signer.backend', 'remote', '--signer.remote.address', address],
]

/** The flags that name a signer behind TLS. */
function remoteTls(signer: SignerServer, expected = pairOf(1)): readonly string[] {
  const client = signer.filesOf(pairOf(2), 'remote-signer-client')
  const server = signer.filesOf(expected, 'remote-signer-server')
  return [
    ...remote(signer),
    ...['--signer.remote.client.certificate', client.certificate],
    ...['--signer.remote.client.key', client.key],
    ...['--signer.remote.server.certificate', server.certificate],
  ]
}

/** Exports the key of a signer. */
async function exported(network: TestNetwork, ...words: readonly string[]): Promise<Ran> {
  rmSync(network.at('entity.json'), { force: true })
  return runWords(signerCommands, 'export', '--signer.dir', network.folder, ...words)
}

const registry = (network: TestNetwork, name: string, ...words: readonly string[]) =>
  runWords(registryCommands, 'entity', name, '--signer.dir', network.folder, ...words)

describe('--signer.backend remote', () => {
  it('has entities made, changed and registered with a key that is elsewhere', async () => {
    using network = new TestNetwork()
    await using signer = await SignerServer.start()
    for (const name of ['entity.pem', 'entity.json']) rmSync(network.at(name))
    const id = toBase64(signer.pair.publicKey)

    const made = await registry(network, 'init', '--entity.reuse_signer', ...remote(signer))
    assert.deepEqual(made, { code: 0, out: '', err: '' })
    const node = toBase64(pairOf(3).publicKey)
    const changed = await registry(network, 'update', '--entity.node.id', node, ...remote(signer))
    assert.deepEqual(changed, { code: 0, out: '', err: '' })
    const signed = parseJson(SignedEntity, readFileSync(network.at('entity_genesis.json'), 'utf8'))
    const { value } = openSigned(rules, entityContext, Entity, signed)
    assert.deepEqual([toBase64(value.id), value.nodes.map(toBase64)], [id, [node]])

    const words = [...network.flags(), ...remote(signer)]
    const registered = await runWords(registryCommands, 'entity', 'gen_register', ...words)
    assert.equal(registered.code, 0, registered.err)
    const context = transactionContext(network.chainContext)
    const raw = readFileSync(network.at('tx'), 'utf8')
    const opened = openTransaction(rules, context, parseJson(SignedTransaction, raw))
    assert.equal(opened.value.method, 'registry.RegisterEntity')
    assert.equal(toBase64(opened.signer), id)
    // The chain is in the context: a signer needs not know of it.
    assert.equal(
      signer.contexts.at(-1),
      `oasis-core/consensus: tx for chain ${network.chainContext}`,
    )
    assert.equal(existsSync(network.at('entity.pem')), false)
  })

  it('takes the signer at a port for what it is if it has the key of its certificate', async () => {
    using network = new TestNetwork()
    await using signer = await SignerServer.start({ tlsKey: pairOf(1) })
    assert.deepEqual(await exported(network, ...remoteTls(signer)), { code: 0, out: '', err: '' })
    const entity = parseJson(Entity, readFileSync(network.at('entity.json'), 'utf8'))
    assert.deepEqual(entity.id, signer.pair.publicKey)
  })

  it('does not speak with another one', async () => {
    using network = new TestNetwork()
    await using stranger = await SignerServer.start({ tlsKey: pairOf(4) })
    const other = await exported(network, ...remoteTls(stranger))
    assert.equal(other.code, 1)
    assert.match(
      other.err,
      /^Error: the signer at 127\.0\.0\.1:\d+ does not answer \(.*\); start it/,
    )
    await using misnamed = await SignerServer.start({ tlsKey: pairOf(1), name: 'oasis-node' })
    assert.match((await exported(network, ...remoteTls(misnamed))).err, /does not answer/)
    assert.equal(existsSync(network.at('entity.json')), false)
  })

  it('reads answers up to a bound, and believes none of them', async () => {
    using network = new TestNetwork()
    const CBOR_HEAD = 3
    for (const [size, sentence] of [
      [0, /gives a signature that is not valid/],
      [65, /gives a signature that is not valid/],
      [SIGNER_ANSWER_BYTES_MAX - CBOR_HEAD - 2, /gives a signature that is not valid/],
      [SIGNER_ANSWER_BYTES_MAX, /refuses \(grpc: received message larger than max/],
    ] as const) {
      await using signer = await SignerServer.start({ signs: size })
      const { err } = await registry(network, 'init', '--entity.reuse_signer', ...remote(signer))
      assert.match(err, sentence, String(size))
    }
  })

  it('believes no signature that it has not verified', async () => {
    using network = new TestNetwork()
    await using signer = await SignerServer.start({ signs: 'badly' })
    const { code, err } = await registry(
      network,
      'init',
      '--entity.reuse_signer',
      ...remote(signer),
    )
    assert.equal(code, 2)
    assert.match(err, /gives a signature that is not valid; do not use it/)
    assert.equal(existsSync(network.at('entity_genesis.json')), false)
  })

  it('says what is wrong, and touches nothing', async () => {
    using network = new TestNetwork()
    await using empty = await SignerServer.start({ keys: 'none' })
    await using silent = await SignerServer.start({ signs: 'never' })
    await using good = await SignerServer.start()
    const reuse = '--entity.reuse_signer'
    const nowhere = `unix:${join(good.folder, 'none')}`
    const cases: (readonly [Promise<Ran>, RegExp])[] = [
      [registry(network, 'init', reuse, ...remote(empty)), /no key for the role entity; make it/],
      [
        registry(network, 'init', reuse, ...remote(silent)),
        /refuses \(not here\); see to its keys/,
      ],
      [registry(network, 'init', ...remote(good)), /makes its keys itself; .*reuse_signer/],
      [
        registry(network, 'update', ...remote(good)),
        /entity\.json is of .*=, and the key of the remote signer of .*; put the two that/,
      ],
      [
        registry(network, 'init', reuse, '-s', 'remote', '--signer.remote.address', nowhere),
        /the signer at unix:.* does not answer \(.*\); start it, or name another with --signer/,
      ],
    ]
    const file = network.write('no.pem', 'no certificate')
    const port = ['-s', 'remote', '--signer.remote.address', '127.0.0.1:1']
    const { key, certificate } = good.filesOf(pairOf(2), 'remote-signer-client')
    const client = ['--signer.remote.client.key', key, '--signer.remote.client.certificate']
    const server = '--signer.remote.server.certificate'
    const worse: readonly (readonly [Promise<Ran>, RegExp])[] = [
      [
        registry(network, 'init', reuse, '-s', 'remote', '--signer.remote.address', 'here'),
        /--signer\.remote\.address is "here"; give unix:<path of its socket> or <host>:<port>/,
      ],
      [
        registry(network, 'init', reuse, ...port, ...client, certificate, server, '/nowhere'),
        /\/nowhere does not exist; name another with --signer\.remote\.server\.certificate/,
      ],
      [
        registry(network, 'init', reuse, ...port, ...client, certificate, server, file),
        /no\.pem; name another with --signer\.remote\.server\.certificate/,
      ],
      [
        registry(network, 'init', reuse, ...port, ...client, file, server, certificate),
        /no\.pem; name another with --signer\.remote\.client\.certificate/,
      ],
    ]
    cases.push(...worse)
    const before = readFileSync(network.at('entity.json'), 'utf8')
    for (const [running, sentence] of cases) {
      const { code, err } = await running
      assert.notEqual(code, 0)
      assert.match(err, sentence)
    }
    assert.equal(readFileSync(network.at('entity.json'), 'utf8'), before)
    assert.equal(existsSync(network.at('entity_genesis.json')), false)
  })
})
