import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { findComet, requireComet } from './cometBinary.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-comet-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Puts a program into a folder of its own. */
function program(name: string, script: string): string {
  const place = mkdtempSync(join(folder, 'bin-'))
  writeFileSync(join(place, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(place, name), 0o755)
  return place
}

const nowhere = { HOME: folder, GOPATH: folder }

describe('the CometBFT binary', () => {
  it('is found in PATH if its version is right', () => {
    const [other, right] = [program('cometbft', 'echo 0.38.2'), program('cometbft', 'echo 0.37.16')]
    const environment = { ...nowhere, PATH: `${other}:${right}` }
    assert.deepEqual(findComet({ environment }), { path: join(right, 'cometbft'), missing: false })
  })

  it('is built by Go, once, and whoever waits for that is told', () => {
    const made = '#!/bin/sh\\necho 0.37.16\\n'
    const build = `printf '${made}' > "$GOBIN/cometbft"; chmod +x "$GOBIN/cometbft"`
    const go = program('go', `[ "$1" = version ] && exit 0\n${build}`)
    let built = 0
    const environment = { ...nowhere, PATH: `${go}:/usr/bin:/bin`, XDG_CACHE_HOME: folder }
    const places = { environment, onBuild: () => built++ }
    const { path, missing } = findComet(places)
    assert.deepEqual([path.startsWith(folder), missing], [true, false])
    assert.equal(findComet(places).path, path)
    assert.equal(built, 1)
  })

  it('is missed in words where there is neither, or Go cannot', () => {
    const PATH = mkdtempSync(join(folder, 'empty-'))
    assert.throws(() => requireComet({ environment: { ...nowhere, PATH } }), {
      reason: 'localnet.engine',
      message:
        /no CometBFT 0\.37\.18, and Go is not installed, .*put the binary cometbft into PATH/,
    })
    const go = program('go', '[ "$1" = version ] && exit 0\necho no network >&2; exit 1')
    assert.throws(
      () => requireComet({ environment: { ...nowhere, PATH: `${go}:/usr/bin:/bin` } }),
      {
        message: /Go cannot build it \(no network\)/,
      },
    )
  })
})
