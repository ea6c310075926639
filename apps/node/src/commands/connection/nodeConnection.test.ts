import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { describe, it } from 'node:test'
import { calls } from '@wadi/consensus/control/api'
import { ServedChain } from '../testing/servedChain.ts'
import { withNode } from './nodeConnection.ts'

const flags = { address: 'unix:internal.sock', insecure: false, wait: false }

async function ask(changes: Partial<typeof flags>) {
  let err = ''
  const world = { err: { write: (text: string) => (err += text) } }
  const use = { ...flags, ...changes }
  const answer = await withNode(use, world, (node) => node.ask(calls, 'NodeController/IsSynced'))
  return { answer, err }
}

describe('a node that a command asks', () => {
  it('is found on its socket, also by the name of the file alone', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    assert.deepEqual(await ask({ address: chain.address }), { answer: true, err: '' })
    const { answer, err } = await ask({ address: chain.socket })
    assert.equal(answer, true)
    assert.match(err, /is the name of a file: taken as unix:/)
  })

  it('is waited for if that is wanted', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    const late = `${chain.address}.late`
    await assert.rejects(ask({ address: late }), {
      message: /^no node answers at unix:.* \(ENOENT\)/,
    })
    const waiting = ask({ address: late, wait: true })
    symlinkSync(chain.socket, `${chain.socket}.late`)
    assert.equal((await waiting).answer, true)
  })

  it('is not spoken with in the open elsewhere than on this machine', async () => {
    const message = /--insecure is for nodes of this machine only/
    const refusal = (address: string) => ask({ address, insecure: true })
    await assert.rejects(refusal('203.0.113.1:9001'), { context: message })
    await assert.rejects(refusal('example.org:9001'), { context: message })
    await assert.rejects(refusal('127.0.0.1:1'), { message: /^no node answers at 127\.0\.0\.1:1 / })
    await assert.rejects(refusal('[::1]:1'), { message: /^no node answers at \[::1\]:1 / })
    await assert.rejects(ask({ address: 'nowhere' }), { context: /give unix:<path of the socket>/ })
  })
})
