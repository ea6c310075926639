import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readYaml } from './file/readYaml.ts'
import { checkNodeConfig } from './nodeConfig.ts'
import { NODE_MODES } from './sections/sections.ts'

const check = (text: string) => checkNodeConfig(readYaml(text).raw)
const refuses = (text: string, message: RegExp) =>
  assert.throws(() => check(text), { reason: 'config.badValue', message })

describe('values that do not go together', () => {
  const noState = (more: string) =>
    `consensus: {local_storage: false, providers: ["unix:/a"], light_client: ${more}}\n`
  const trusting = noState(`{trust: {height: 1, hash: ${'ab'.repeat(32)}}}`)

  it('a node without a state of its own, in every mode but that of a client', () => {
    for (const mode of NODE_MODES) {
      const { raw, ...places } = readYaml(`mode: ${mode}\n${trusting}`)
      const checked = () => checkNodeConfig(raw, { file: 'node.yaml', ...places })
      if (mode === 'client') checked()
      else
        assert.throws(checked, {
          reason: 'config.badValue',
          message:
            /node\.yaml:2:13: consensus\.local_storage: this version .*; set it to true, or remove/,
        })
    }
    check('consensus: {local_storage: true}\n')
  })

  it('a node without a state that votes, has runtimes, asks nobody or trusts nothing', () => {
    const client = (text: string) => `mode: client\n${text}`
    refuses(client(trusting.replace('{', '{validator: true, ')), /a validator keeps the state/)
    refuses(
      client(`${trusting}runtime: {paths: [/a.orc]}\n`),
      /this version keeps the state where there are runtimes/,
    )
    refuses(client(trusting.replace('"unix:/a"', '')), /consensus\.providers names none/)
    refuses(client(noState('{}')), /set consensus\.light_client\.trust/)
  })

  it('what this version would do nothing with', () => {
    refuses(
      'consensus: {debug: {unsafe_replay_recover_corrupted_wal: true}}\n',
      /unsafe_replay_recover_corrupted_wal: .*; set it to false, or remove it$/,
    )
    check('consensus: {debug: {unsafe_replay_recover_corrupted_wal: false}}\n')
  })

  it('in consensus', () => {
    refuses('consensus: {halt_epoch: 1, halt_height: 1}\n', /halt_height: only one of it/)
    refuses('consensus: {state_sync: {enabled: true}}\n', /state_sync\.enabled: needs a header/)
    const trust = (fields: string) => `consensus: {light_client: {trust: {${fields}}}}\n`
    const hash = `hash: "${'ab'.repeat(32)}"`
    refuses(trust(`${hash}`), /trust\.hash: needs its height/)
    refuses(trust(`${hash}, height: 1, period: 0s`), /trust\.period: must not be 0/)
    refuses(trust('hash: abc'), /trust\.hash: must be a hash of 64 hex digits/)
    check(trust(`${hash}, height: 1`))
    const sanity = 'consensus: {supplementary_sanity: {enabled: true, interval: 0}}\n'
    refuses(sanity, /supplementary_sanity\.interval: must be at least 1/)
    refuses('consensus: {prune: {strategy: keep_n, num_kept: 0}}\n', /prune\.num_kept/)
    check('consensus: {prune: {strategy: keep_n, interval: 0s}}\n')
    check('consensus: {prune: {strategy: none, interval: 0s}}\n')
  })

  it('in the port for others: origins as browsers say them', () => {
    const origins = (...all: readonly string[]) =>
      `wadi: {api: {web_origins: ${JSON.stringify(all)}}}\n`
    const good = [
      '*',
      'https://wallet.example',
      'http://localhost:3000',
      'http://[::1]:8080',
      'chrome-extension://ppdadbejkmjnefldpcdjhnkpbjkikoip',
      'moz-extension://6f1c3a5e-3b1c-4a57-9a7a-2f5d3c1b7a90',
    ]
    check(origins(...good))
    const bad = [
      'http//x',
      'http://x/',
      'example.org',
      'example.org:80',
      'https://x:443',
      'HTTPS://x',
      'https://*.x',
      'https://x/page',
      'https://user@x',
      'chrome-extension://x/page',
      'file://',
      'null',
      '',
    ]
    for (const each of bad)
      refuses(origins(...good, each), /web_origins\[6\]: must be an origin such as https:/)
  })

  it('in runtime', () => {
    refuses('runtime: {sandbox_binary: ""}\n', /sandbox_binary: must be set/)
    check('runtime: {sandbox_binary: "", provisioner: mock}\n')
    refuses('runtime: {environment: sgx}\n', /environment: sgx needs a loader/)
    check('runtime: {environment: sgx, sgx_loader: a}\n')
    refuses(
      'runtime: {environment: sgx, sgx_loader: a, sgx: {loader: b}}\n',
      /sgx_loader: only one/,
    )
    refuses('runtime: {prune: {strategy: keep_last, interval: 10ms}}\n', /prune\.interval/)
    refuses('runtime: {load_balancer: {num_instances: 129}}\n', /from 0 to 128, not 129/)
    refuses('runtime: {log: {max_log_size: 1023}}\n', /from 1024/)
  })

  it('in addresses of servers', () => {
    const providers = (each: string) => `consensus: {providers: ["${each}"]}\n`
    const key = 'JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk='
    const right = ['unix:/a/internal.sock', 'grpc.example.org:443', `${key}@[::1]:9001`]
    for (const each of right) check(providers(each))
    for (const each of ['', 'a b', 'key@example.org:443', `${key}@a@b:1`, `${key}@a:70000`]) {
      refuses(providers(each), /providers\[0\]: must be an address such as unix:/)
    }
    refuses('ias: {proxy_addresses: ["a:1"]}\n', /must be a peer such as/)
    check(`runtime: {sentry_addresses: ["${key}@10.0.0.1:9009", "10.0.0.1:9009"]}\n`)
    refuses('consensus: {listen_address: "tcp://a:b"}\n', /must be an address such as tcp:/)
    refuses('p2p: {registration: {addresses: ["[::x]:1"]}}\n', /must be an address such as/)
  })

  it('in ports of components', () => {
    const incoming = (...ports: readonly string[]) => `
runtime:
  runtimes:
    - id: "8000000000000000000000000000000000000000000000000000000000000000"
      components:
        - ronl
        - id: rofl.a
          networking: {incoming: [${ports.join(', ')}]}
`
    check(incoming('{src_port: 1}', '{src_port: 1, protocol: udp}', '{src_port: 2}'))
    check(incoming('{src_port: 1, ip: 10.0.0.1}', '{src_port: 1, ip: 10.0.0.2}'))
    refuses(incoming('{src_port: 1}', '{src_port: 1, protocol: tcp}'), /has a port that another/)
    refuses(incoming('{src_port: 1, ip: 10.0.0.1}', '{src_port: 1}'), /components\[1\]: rofl\.a/)
    refuses(incoming('{src_port: 1, ip: "::"}', '{src_port: 1, ip: 10.0.0.1}'), /another one has/)
    refuses(incoming('{src_port: 1, protocol: sctp}'), /protocol: must be one of tcp, udp/)
    refuses(incoming('{src_port: 1, ip: x}'), /ip: must be an IP address/)
  })

  it('in registration and metrics', () => {
    const key = 'JTUtHd4XYQjh//e6eYU7Pa/XMFG88WE+jixvceIfWrk='
    refuses(`registration: {entity: a, entity_id: ${key}}\n`, /entity_id: only one of it/)
    refuses('metrics: {mode: pull, address: ""}\n', /mode: pull needs metrics\.address/)
    refuses('metrics: {mode: pull, address: abc}\n', /metrics\.address: must be an address such/)
    refuses('metrics: {mode: push}\n', /mode: push needs metrics\.job_name/)
    refuses('metrics: {mode: push, job_name: a}\n', /mode: push needs metrics\.labels/)
    check('metrics: {mode: push, job_name: a, labels: {b: c}}\n')
    refuses('genesis: {file: ""}\n', /genesis\.file: must not be empty/)
  })
})

describe('a component of a runtime', () => {
  const components = (text: string) => `
runtime:
  runtimes:
    - id: "8000000000000000000000000000000000000000000000000000000000000000"
      components: ${text}
`
  const first = (text: string) => check(components(text)).runtime.runtimes[0]?.components[0]

  it('is a name, or a table', () => {
    assert.deepEqual(first('[rofl.oracle]'), first('[{id: rofl.oracle}]'))
    const table =
      '[{id: ronl, tee: sgx, disabled: true, permissions: [log_view], config: {a: [1, {b: }]}}]'
    const { tee, disabled, permissions, config } = first(table) ?? {}
    assert.deepEqual([tee, disabled, permissions], ['sgx', true, ['log_view']])
    assert.deepEqual(config, new Map([['a', [1, new Map([['b', undefined]])]]]))
  })

  it('is refused with another name', () => {
    for (const name of ['rofl.', 'ronl.a', 'ROFL', '""']) {
      refuses(components(`[${name}]`), /components\[0\]\.id: must be a component/)
    }
  })
})
