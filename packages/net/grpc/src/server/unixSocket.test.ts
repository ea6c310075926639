import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { UnavailableError } from '@wadi/base/errors'
import { listenAtPath, socketPathBytesMax } from './unixSocket.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-socket-'))
const servers: Server[] = []

after(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

function listener(): Server {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('hello')
  })
  servers.push(server)
  return server
}

const greeting = (path: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = createConnection(path)
    socket.on('data', (bytes: Buffer) => resolve(bytes.toString()))
    socket.on('error', reject)
  })

const refusal = (path: string) =>
  listenAtPath(listener(), path).then(
    () => 'listens',
    (error: unknown) => {
      assert.ok(error instanceof UnavailableError)
      return error.message
    },
  )

describe('a socket in the file system', () => {
  it('is for its owner alone, and leaves nothing but itself', async () => {
    const path = join(folder, 'own.sock')
    const socket = await listenAtPath(listener(), path)
    assert.equal(lstatSync(path).mode & 0o777, 0o600)
    assert.equal(await greeting(path), 'hello')
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    )
    socket.remove()
    assert.equal(existsSync(path), false)
  })

  it('takes the place of one whose process was killed', async () => {
    const path = join(folder, 'stale.sock')
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    assert.throws(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' }))
    assert.ok(lstatSync(path).isSocket())
    await listenAtPath(listener(), path)
    assert.equal(await greeting(path), 'hello')
  })

  it('takes the place of an empty file, by which a launcher has reserved the name', async () => {
    const path = join(folder, 'reserved.sock')
    writeFileSync(path, '')
    await listenAtPath(listener(), path)
    assert.equal(await greeting(path), 'hello')
    const [empty, link] = [join(folder, 'empty'), join(folder, 'link-to-empty')]
    writeFileSync(empty, '')
    symlinkSync(empty, link)
    assert.match(await refusal(link), /something that is no socket is there/)
  })

  it('is refused where another process serves', async () => {
    const path = join(folder, 'live.sock')
    await listenAtPath(listener(), path)
    assert.equal(
      await refusal(path),
      `grpc: cannot listen at ${path}: another process serves it; stop that one, or choose another path`,
    )
    assert.equal(await greeting(path), 'hello')
  })

  it('is refused where a file or a link is, which stays as it is', async () => {
    const file = join(folder, 'file')
    for (const words of ['p', 'precious']) {
      writeFileSync(file, words)
      assert.match(await refusal(file), /something that is no socket is there/)
      assert.equal(readFileSync(file, 'utf8'), words)
    }
    const link = join(folder, 'link')
    symlinkSync(file, link)
    assert.match(await refusal(link), /something that is no socket is there/)
    assert.ok(lstatSync(link).isSymbolicLink())
  })

  it('has a path as long as systems have it, and not one byte longer', async () => {
    const path = join(folder, 'x'.repeat(socketPathBytesMax() - folder.length - 1))
    await listenAtPath(listener(), path)
    assert.equal(await greeting(path), 'hello')
    assert.match(await refusal(`${path}x`), /it has more than \d+ bytes; choose a shorter one/)
  })

  it('is refused where there is no folder', async () => {
    assert.match(await refusal(join(folder, 'none', 'x.sock')), /cannot listen at .*ENOENT/)
  })

  it('does not take away what came in its place', async () => {
    const path = join(folder, 'replaced.sock')
    const socket = await listenAtPath(listener(), path)
    rmSync(path)
    writeFileSync(path, 'mine')
    socket.remove()
    assert.equal(readFileSync(path, 'utf8'), 'mine')
  })
})
