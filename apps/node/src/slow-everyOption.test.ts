import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { until } from '@wadi/compose/testing/node-process'
import { documentNodeConfig } from '@wadi/node-config/config-text'
import { loadConfig } from '@wadi/node-config/load-config'
import type { NodeConfig } from '@wadi/node-config/node-config'
import { UNHEEDED } from '@wadi/node-config/unheeded'
import { Namespace } from '@wadi/primitives/namespace'
import { RunningNode } from './runningNode.ts'

const RUNTIME = Namespace.check(new Uint8Array(32).fill(0x80, 0, 1))
/** A runtime of which nothing is said. */
const UNSAID = { components: [], config: new Map(), registries: [] }
type Paratimes = NodeConfig['wadi']['paratimes']

const AS_VALIDATOR = 'consensus.validator=true'
const SUBMISSION = 'consensus.submission.max_fee'

/** Options that no running node looks at, and why they are there. */
const UNREAD: Readonly<Record<string, string>> = {
  ...UNHEEDED,
  'common.debug.rlimit': 'is held against the limit of the system before the start',
  'consensus.checkpointer.check_interval': 'is a longest time: checkpoints are made at once',
  'consensus.debug.unsafe_replay_recover_corrupted_wal': 'is refused unless it is false',
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && value.constructor === Object
}

/** The same configuration, which tells what of it is looked at. */
function watched<T>(value: T, seen: (path: string) => void, path = ''): T {
  if (!isGroup(value)) return value
  return new Proxy(value, {
    get: (target, key) => {
      if (typeof key === 'symbol') return Reflect.get(target, key)
      const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      const below = path === '' ? name : `${path}.${name}`
      seen(below)
      return watched(Reflect.get(target, key), seen, below)
    },
  })
}

describe('every option of the configuration', () => {
  it('is looked at by a node that starts, or stands in a list with the reason', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-options-'))
    const [listen = 0, pull, profiles, control, api] = await freePorts(5)
    const genesis = createNetworkGenesis({ seed: 'options', validators: 1 })
    const [place] = makeNetworkFolders({ folder, network: genesis, ports: [listen] })
    const { configPath: file, dataDir } = place!
    const seen = new Set<string>()
    const run = async (flags: readonly string[], paratimes: Paratimes = []) => {
      const { config } = loadConfig({
        file,
        environment: {},
        flags: flags.map((flag) => `--${flag}`),
      })
      const runtimes = paratimes.map(({ id }) => ({ ...UNSAID, id }))
      const said = {
        ...config,
        runtime: { ...config.runtime, runtimes },
        wadi: { ...config.wadi, paratimes },
      }
      const settings = watched<NodeConfig>(said, (path) => seen.add(path))
      const node = new RunningNode({ settings, dataDir, isForTests: true })
      await node.start()
      // What it registers with is looked at when it does so.
      await until('the node registers', () => !flags.includes(AS_VALIDATOR) || seen.has(SUBMISSION))
      await node.stop()
    }
    await run([
      AS_VALIDATOR,
      ...[`metrics.mode=pull`, `metrics.address=127.0.0.1:${pull}`],
      ...[`pprof.bind_address=127.0.0.1:${profiles}`, `wadi.api.address=127.0.0.1:${api}`],
      ...['sentry.enabled=true', `sentry.control.port=${control}`],
    ])
    const version = { major: 0, minor: 0, patch: 0 }
    for (const part of ['compute', 'keymanager'])
      await run(
        [`mode=${part}`, 'runtime.prune.strategy=keep_last'],
        [{ id: RUNTIME, version, module: 'keyvalue' }],
      )
    await run(['mode=seed'])
    const providers = 'unix:/nowhere/a.sock,unix:/nowhere/b.sock'
    await run([
      ...['mode=client', 'registration.entity_id=', 'consensus.p2p.allow_duplicate_ip=false'],
      ...['consensus.supplementary_sanity.enabled=true', 'consensus.state_sync.enabled=true'],
      ...[
        `consensus.light_client.trust.hash=${'ab'.repeat(32)}`,
        `consensus.providers=${providers}`,
      ],
      'consensus.light_client.trust.height=1',
    ])
    rmSync(folder, { recursive: true })
    const paths = documentNodeConfig().map(({ path }) => path)
    const unread = paths.filter((path) => !seen.has(path))
    assert.deepEqual(
      unread.filter((path) => UNREAD[path] === undefined),
      [],
      'nobody looks at these',
    )
    const needless = Object.keys(UNREAD).filter((path) => !paths.includes(path) || seen.has(path))
    assert.deepEqual(needless, [], 'these need no reason')
  })
})
