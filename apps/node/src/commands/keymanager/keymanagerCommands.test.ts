import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { decode } from '@wadi/cbor/codec'
import { parseJson } from '@wadi/cbor/json'
import { PolicySgx, SignedPolicySgx, Status } from '@wadi/consensus/keymanager'
import { printEnclaveIdentity } from '@wadi/primitives/enclaveIdentity'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { runWords } from '../testing/runWords.ts'
import { TestNetwork } from '../testing/testNetwork.ts'
import { keymanagerCommands } from './keymanagerCommands.ts'

const keymanager = (...words: readonly string[]) => runWords(keymanagerCommands, ...words)

const RUNTIME = `c0${'0'.repeat(14)}${'f'.repeat(48)}`
const [E1, E2, E3] = ['1', '2', '3'].map((digit) => digit.repeat(128))
const [R1, R2] = ['0', '1'].map((digit) => `8${'0'.repeat(62)}${digit}`)
const FOR_TESTS = ['--debug.dont_blame_oasis', '--debug.allow_test_keys']

function policyOf(network: TestNetwork, ...more: readonly string[]) {
  const file = ['--keymanager.policy.file', network.at('policy')]
  const id = ['--keymanager.policy.id', RUNTIME, '--keymanager.policy.serial', '1']
  return keymanager('init_policy', ...file, ...id, ...more)
}

function sign(network: TestNetwork, ...more: readonly string[]) {
  const file = ['--keymanager.policy.file', network.at('policy')]
  const signature = ['--keymanager.policy.signature.file', network.at('signature')]
  return keymanager('sign_policy', ...file, ...signature, ...more)
}

describe('keymanager init_policy', () => {
  it('gives each enclave what stands behind it, with or without =', async () => {
    using network = new TestNetwork()
    const { code, err } = await policyOf(
      network,
      ...['--keymanager.policy.enclave.id', E2!, `--keymanager.policy.may.replicate=${E1},${E3}`],
      ...['--keymanager.policy.may.query', `${R2}=${E1},${E2}`],
      ...[`--keymanager.policy.may.query=${R1}=${E3}`, `--keymanager.policy.enclave.id=${E1}`],
      ...['--keymanager.policy.may.query', `${R1}=${E3}`],
    )
    assert.equal(code, 0, err)
    const { enclaves } = decode(PolicySgx, readFileSync(network.at('policy')))
    const shown = Array.from(enclaves!, ([enclave, policy]) => [
      printEnclaveIdentity(enclave)[0],
      policy?.mayReplicate?.map(printEnclaveIdentity),
      policy?.mayQuery?.size,
    ])
    assert.deepEqual(shown, [
      ['1', [], 1],
      ['2', [E1, E3], 2],
    ])
  })

  it('refuses what makes no policy', async () => {
    using network = new TestNetwork()
    const bad: readonly (readonly [RegExp, ...string[]])[] = [
      [
        /--keymanager\.policy\.serial is 4294967296; give a number/,
        '--keymanager.policy.serial=4294967296',
      ],
      [/--keymanager\.policy\.id is "ff"; give a runtime's ID/, '--keymanager.policy.id=ff'],
      [
        /--keymanager\.policy\.enclave\.id has "ff"; give an enclave/,
        '--keymanager.policy.enclave.id=ff',
      ],
      [/may\.replicate stands before any --keymanager/, `--keymanager.policy.may.replicate=${E1}`],
    ]
    for (const [sentence, ...words] of bad) {
      const { code, err } = await policyOf(network, ...words)
      assert.match(err, sentence)
      assert.equal(code, 2)
    }
    const query = await policyOf(
      network,
      '--keymanager.policy.enclave.id',
      E1!,
      '--keymanager.policy.may.query=x',
    )
    assert.match(query.err, /give runtime_id=enclave_id1,enclave_id2/)
    const { err } = await keymanager('init_policy', '--keymanager.policy.serial=1')
    assert.equal(err, 'Error: --keymanager.policy.id missing; give it\n')
  })
})

describe('keymanager sign_policy and verify_policy', () => {
  const verify = (network: TestNetwork, ...more: readonly string[]) => {
    const file = ['--keymanager.policy.file', network.at('policy')]
    const signature = ['--keymanager.policy.signature.file', network.at('signature')]
    return keymanager('verify_policy', ...file, ...signature, ...more)
  }

  it('sign the bytes of the file, and find out when they are others', async () => {
    using network = new TestNetwork()
    await policyOf(network)
    assert.equal(
      (await sign(network, '--keymanager.policy.key.file', network.at('entity.pem'))).code,
      0,
    )
    assert.match(
      readFileSync(network.at('signature'), 'utf8'),
      /^-----BEGIN ED25519 PUBLIC KEY-----\n/,
    )
    assert.equal((await verify(network)).code, 0)
    assert.match((await verify(network, '-v')).out, new RegExp(`"id": "${RUNTIME}"`))
    await policyOf(network, '--keymanager.policy.master_secret_rotation_interval=9')
    const { code, err } = await verify(network)
    assert.equal(code, 2)
    assert.match(
      err,
      /signature is no signature of this policy by a key that may sign; have it signed/,
    )
    assert.equal((await verify(network, '--keymanager.policy.ignore.signature')).code, 0)
  })

  it('take keys that everybody knows only in tests', async () => {
    using network = new TestNetwork()
    await policyOf(network)
    const key = '--keymanager.policy.testkey=2'
    assert.match((await sign(network, key)).err, /is for tests, and everybody knows these keys/)
    assert.equal((await sign(network, key, ...FOR_TESTS)).code, 0)
    assert.equal((await verify(network, ...FOR_TESTS)).code, 0)
    assert.equal((await verify(network)).code, 2)
    assert.match(
      (await sign(network, '--keymanager.policy.testkey=5', ...FOR_TESTS)).err,
      /from 1 to 4/,
    )
    assert.match((await sign(network)).err, /^Error: no key signs; name its file with --keymanager/)
  })

  it('refuse files that are something else', async () => {
    using network = new TestNetwork()
    network.write('policy', Uint8Array.of(0xa0, 0x00))
    const key = ['--keymanager.policy.key.file', network.at('entity.pem')]
    assert.match(
      (await sign(network, ...key)).err,
      /is not a policy of a key manager in canonical CBOR/,
    )
    await policyOf(network)
    network.write('signature', 'none')
    assert.match(
      (await verify(network)).err,
      /is not a signature of a policy, in PEM \(there is no signature/,
    )
  })
})

describe('keymanager init_status and gen_update', () => {
  it('write a status for the genesis document, with or without a policy', async () => {
    using network = new TestNetwork()
    await policyOf(network)
    await sign(network, '--keymanager.policy.testkey=1', ...FOR_TESTS)
    const file = network.at('status.json')
    const init = (...more: string[]) =>
      keymanager(
        'init_status',
        '--keymanager.status.id',
        RUNTIME,
        '--keymanager.status.file',
        file,
        ...more,
      )
    assert.equal((await init()).code, 0)
    // Recorded from the reference.
    const bare = [
      ...['{', `  "id": "${RUNTIME}",`, '  "is_initialized": false,', '  "is_secure": false,'],
      ...['  "checksum": "",', '  "nodes": null,', '  "policy": null', '}'],
    ].join('\n')
    assert.equal(readFileSync(file, 'utf8'), bare)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const files = ['--keymanager.policy.file', network.at('policy')]
    await init(...files, '--keymanager.policy.signature.file', network.at('signature'))
    const { policy } = parseJson(Status, readFileSync(file, 'utf8'))
    assert.equal(policy?.signatures?.length, 1)
    const alone = await init('--keymanager.status.initialized')
    assert.match(alone.err, /is given without --keymanager\.status\.checksum; give both or none/)
    const early = await init(`--keymanager.status.checksum=${'0'.repeat(64)}`)
    assert.match(early.err, /is given without --keymanager\.status\.initialized; give both or none/)
    assert.match((await init('--keymanager.status.checksum=00')).err, /give 32 bytes in hex/)
  })

  it('make an update of a policy that is signed as it should be', async () => {
    using network = new TestNetwork()
    await policyOf(network)
    await sign(network, '--keymanager.policy.testkey=1', ...FOR_TESTS)
    const update = (...more: string[]) => {
      const policy = ['--keymanager.policy.file', network.at('policy')]
      const signature = ['--keymanager.policy.signature.file', network.at('signature')]
      return keymanager('gen_update', ...network.flags(), ...policy, ...signature, ...more)
    }
    assert.match((await update()).err, /^Error: the policy is not signed as it should be/)
    assert.equal((await update('--debug.allow_test_keys')).code, 0)
    const signed = parseJson(SignedTransaction, readFileSync(network.at('tx'), 'utf8'))
    const { method, body } = decode(Transaction, signed.untrustedRawValue)
    assert.equal(method, 'keymanager.UpdatePolicy')
    assert.equal(decode(SignedPolicySgx, body).policy.serial, 1)
  })
})
