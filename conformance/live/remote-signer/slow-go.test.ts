import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { printGenesis } from '@wadi/consensus/genesis/document'
import { buildProgram } from '../cbor/oracle.ts'
import { GoPeer } from '../comet-p2p/goPeer.ts'

const PROGRAM = join(import.meta.dirname, '../../../apps/node/src/main.ts')
const go = buildProgram(import.meta.dirname)

describe("the reference's remote signer", { skip: go.missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-remote-signer-'))
  const at = (name: string) => join(folder, name)
  let signer: GoPeer
  let address = ''

  before(async () => {
    chmodSync(folder, 0o700)
    const { document } = createNetworkGenesis({ seed: 'remote signer', validators: 1 })
    writeFileSync(at('genesis.json'), printGenesis(document))
    signer = new GoPeer(go.path, folder)
    address = (await signer.hear(/^listening /)).replace('listening ', '')
  })
  after(async () => {
    await signer[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  const run = (...words: readonly string[]) =>
    promisify(execFile)(process.execPath, [PROGRAM, ...words, '--signer.dir', folder])
  const remote = (client: string) => [
    ...['--signer.backend', 'remote', '--signer.remote.address', address],
    ...['--signer.remote.client.certificate', at(`${client}_cert.pem`)],
    ...['--signer.remote.client.key', at(`${client}_key.pem`)],
    ...['--signer.remote.server.certificate', at('remote-signer-server_cert.pem')],
  ]
  const register = (file: string, ...words: readonly string[]) =>
    run(
      ...['registry', 'entity', 'gen_register', '--assume_yes', '-g', at('genesis.json')],
      '--debug.dont_blame_oasis',
      ...['--transaction.file', at(file), ...words],
    )

  it('signs for us what the key itself signs', async () => {
    const init = ['registry', 'entity', 'init', '--entity.reuse_signer']
    await run(...init, ...remote('remote-signer-client'))
    const descriptor = readFileSync(at('entity_genesis.json'), 'utf8')
    await register('elsewhere.json', ...remote('remote-signer-client'))
    // Its key is a file of the same folder, and signatures are the same each time.
    await register('here.json')
    assert.equal(readFileSync(at('elsewhere.json'), 'utf8'), readFileSync(at('here.json'), 'utf8'))
    await run(...init, '--force')
    assert.equal(readFileSync(at('entity_genesis.json'), 'utf8'), descriptor)
  })

  it('refuses whom it does not know, and we say so', async () => {
    const stranger = remote('remote-signer-server')
    await assert.rejects(register('never.json', ...stranger), ({ code, stderr }) => {
      assert.notEqual(code, 0)
      assert.match(stderr, /^Error: the signer at 127\.0\.0\.1:\d+ (refuses|does not answer) \(/)
      return true
    })
  })
})
