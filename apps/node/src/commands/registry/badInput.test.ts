import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { runWords, scratchFolder } from './testing/commandLine.ts'

/** Everything below a folder: paths, modes, and what is in the files. */
function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const stat = statSync(join(folder, name))
      const content = stat.isFile() ? readFileSync(join(folder, name), 'latin1') : ''
      return `${name} ${stat.mode.toString(8)} ${content}`
    })
}

const net = scratchFolder()
const entity = join(net, 'entity')
const genesisPath = join(net, 'genesis.json')
const data = join(net, 'node')
mkdirSync(entity, { mode: 0o700 })
mkdirSync(data, { mode: 0o700 })
const config = join(net, 'node.yaml')
writeFileSync(config, `common: {data_dir: ${data}}\n`)
assert.equal((await runWords('registry', 'entity', 'init', '--signer.dir', entity)).code, 0)
const key = JSON.parse(readFileSync(join(entity, 'entity.json'), 'utf8')).id as string
writeFileSync(join(net, 'text'), 'hello')

/** One sentence that says what is wrong, and nothing is made, changed or removed. */
async function refuses(words: readonly string[], sentence: RegExp): Promise<void> {
  const before = treeOf(net)
  const { code, out, err } = await runWords(...words)
  assert.deepEqual([code, out], [1, ''], words.join(' '))
  assert.match(err, /^Error: [^\n]+\n$/)
  assert.match(err.slice(0, -1), sentence)
  assert.deepEqual(treeOf(net), before)
}

async function refusesEach(
  start: readonly string[],
  cases: readonly (readonly [words: readonly string[], sentence: RegExp])[],
): Promise<void> {
  for (const [words, sentence] of cases) await refuses([...start, ...words], sentence)
}

describe('bad input of registry entity', () => {
  it('is told, and touches nothing', async () => {
    await refusesEach(
      ['registry', 'entity'],
      [
        [['init', '--signer.dir', entity], /has an entity; name another folder, or give --force/],
        [['init', '--signer.dir', entity, '--force'], /a key is never replaced; .*reuse_signer/],
        [['init', '--signer.dir', join(net, 'no')], /does not exist; make it, or name the folder/],
        [['init', '--signer.backend', 'remote'], /--signer\.remote\.address is missing; give unix/],
        [['init', '--signer.backend', 'plugin'], /--signer\.backend plugin is not supported: /],
        [['init', '--signer.backend', 'paper'], /--signer\.backend is "paper", which nobody knows/],
        [
          ['init', '--signer.dri', entity],
          /unknown flag: --signer\.dri; did you mean --signer\.dir/,
        ],
        [['update', '--signer.dir', data], /entity\.pem does not exist/],
        [
          ['update', '--signer.dir', entity, '--entity.node.id', 'AAAA'],
          /--entity\.node\.id is "AAAA", no public key .*; give 32 bytes in base64/,
        ],
        [
          ['update', '--signer.dir', entity, '--entity.node.descriptor', join(net, 'text')],
          /text is not a node's signed descriptor .*; make one with `registry node init`/,
        ],
        [['list', '-a', `unix:${join(net, 'no.sock')}`], /no node answers at .*; start it/],
      ],
    )
  })

  it('is refused when others can use the key', async () => {
    chmodSync(join(entity, 'entity.pem'), 0o644)
    await refuses(['registry', 'entity', 'update', '--signer.dir', entity], /chmod 600/)
    chmodSync(join(entity, 'entity.pem'), 0o600)
  })
})

describe('bad input of registry node', () => {
  const good = {
    '--config': config,
    '--node.entity_id': key,
    '--node.role': 'validator',
    '--node.p2p_address': '127.0.0.1:1',
    '--node.consensus_address': '127.0.0.1:2',
    '--node.expiration': '1',
  }
  const words = (changes: Partial<Record<string, string>>): readonly string[] => [
    ...['registry', 'node', 'init'],
    ...Object.entries({ ...good, ...changes }).flatMap(([name, value]) =>
      value === undefined ? [] : [name, value],
    ),
  ]

  it('is told before any key is made', async () => {
    const cases = [
      [{ '--node.entity_id': undefined }, /--node\.entity_id is missing; give a public key/],
      [{ '--node.entity_id': 'x' }, /--node\.entity_id is "x", no public key/],
      [{ '--node.role': undefined }, /--node\.role is missing; give one of compute-worker, /],
      [{ '--node.role': 'king' }, /--node\.role is "king"; give one of /],
      [{ '--node.p2p_address': undefined }, /--node\.p2p_address is missing; give an IP address/],
      [{ '--node.p2p_address': 'here:1' }, /--node\.p2p_address is "here:1"; give an IP address/],
      [{ '--node.consensus_address': undefined }, /--node\.consensus_address is missing; give /],
      [{ '--node.consensus_address': '1.2.3.4:99999' }, /"1\.2\.3\.4:99999"; give an IP/],
      [{ '--node.consensus_address': 'x@1.2.3.4:9' }, /--node\.consensus_address is "x", no pub/],
      [{ '--node.consensus_address': 'a@b@c' }, /"a@b@c"; give one key and one address/],
      [{ '--node.expiration': '-1' }, /--node\.expiration is -1; give a number from 0/],
      [{ '--node.runtime.id': '80' }, /--node\.runtime\.id is "80"; give the 64 hexadecimal/],
      [{ '--config': join(net, 'none.yaml') }, /none\.yaml: --config: there is no such file; /],
      [{ '--config': join(net, 'text') }, /text: the file: must be a table/],
      [{ '--signer.backend': 'plugin' }, /--signer\.backend plugin is not supported/],
    ] as const
    for (const [changes, sentence] of cases) await refuses(words(changes), sentence)
  })

  it('is a folder that others can look into, or keys that others can use', async () => {
    chmodSync(data, 0o755)
    await refuses(words({}), /node has mode 0755, it is for its owner alone; chmod 700/)
    chmodSync(data, 0o700)
    assert.equal((await runWords(...words({}))).code, 0)
    chmodSync(join(data, 'vrf.pem'), 0o640)
    await refuses(words({}), /vrf\.pem has mode 0640: .*chmod 600/)
    chmodSync(join(data, 'vrf.pem'), 0o600)
  })

  it('never replaces keys that are there', async () => {
    const keys = () => treeOf(data).filter((line) => /^\S+\.pem /.test(line) && !/_cert/.test(line))
    const before = keys()
    assert.equal((await runWords(...words({ '--node.expiration': '7' }))).code, 0)
    assert.deepEqual(keys(), before)
  })
})

describe('bad input of genesis', () => {
  const enough = ['--chain.id', 'x', '--staking.token_symbol', 'TEST', '-g', genesisPath]

  it('is told by flag, and no document is written', async () => {
    const text = join(net, 'text')
    await refusesEach(
      ['genesis', 'init', ...enough],
      [
        [['--chain.id', ''], /--chain\.id is missing; give the name of the network/],
        [['--chain.id', ' '], /chain ID must not be empty.*correct that part/],
        [['-g', ''], /--genesis\.file is missing; give the file to write/],
        [
          ['-g', join(net, 'no/genesis.json')],
          /no does not exist; make it, or name another folder/,
        ],
        [['--initial_height', '9223372036854775808'], /--initial_height is 9223372036854775808; /],
        [['--beacon.backend', 'dice'], /no beacon "dice"; give insecure or vrf/],
        [['--beacon.vrf.interval', 'x'], /invalid argument "x" for "--beacon\.vrf\.interval" flag/],
        [['--governance.stake_threshold', '256'], /stake_threshold is 256; give .* to 255/],
        [['--roothash.max_runtime_messages', '-1'], /max_runtime_messages is -1; give a number/],
        [['--consensus.cometbft.max_tx_size', 'big'], /max_tx_size is "big"; give a size such as/],
        [['--consensus.cometbft.timeout_commit', 'soon'], /invalid duration "soon"/],
        [['--consensus.feature_version', 'new'], /feature_version is "new"; give a version such/],
        [['--consensus.blacklist_public_key', 'x'], /blacklist_public_key is "x", no public key/],
        [['--registry.enable_runtime_governance_models', 'king'], /is "king"; give one of entity/],
        [['--scheduler.debug.force_elect', '{'], /force_elect cannot be read .*; give JSON/],
        [['--staking.token_symbol', ''], /nothing says the symbol of the token; give --staking/],
        [['--entity', text], /text is not an entity's signed descriptor .*; make it with/],
        [['--node', text], /text is not a node's signed descriptor .*; make it with/],
        [['--runtime', text], /text is not a runtime's descriptor .*; name a file/],
        [['--keymanager', text], /text is not the status of a key manager .*; make it with/],
        [['--roothash', text], /text is not the states of runtimes .*; name a file/],
        [['--staking', text], /text is not staking's section .*; name a file/],
        [['--staking', join(net, 'none')], /none does not exist; name a file with one/],
        [['--debug.dont_blame_oasis', '--debug.test_entity'], /--debug\.allow_test_keys$/],
        [['--beacon.debug.mock_backend'], /it is for tests: give --debug\.dont_blame_oasis/],
      ],
    )
  })

  it('is a file that is no document, or is not there', async () => {
    await refuses(['genesis', 'check', '-g', join(net, 'text')], /text is not a genesis document/)
    await refuses(['genesis', 'check', '-g', join(net, 'no')], /no does not exist; name another/)
    await refuses(['genesis', 'migrate', '-g', join(net, 'text')], /text is not a genesis document/)
    const target = ['--genesis.new_file', join(net, 'no/new.json')]
    await refuses(['genesis', 'migrate', '-g', 'x', ...target], /no does not exist; make it, or/)
    await refuses(['genesis', 'dump', '-g', join(net, 'no/new.json')], /no does not exist; make/)
  })

  it('is a document in another form, which is shown', async () => {
    assert.equal((await runWords('genesis', 'init', ...enough)).code, 0)
    const text = readFileSync(genesisPath, 'utf8')
    writeFileSync(genesisPath, JSON.stringify(JSON.parse(text)))
    const { code, out, err } = await runWords('genesis', 'check', '-g', genesisPath)
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /^Error: .* is not in the canonical form; .*\nDiff:\n--- Actual\n/)
  })
})

describe('bad input of identity', () => {
  it('is told, and touches nothing', async () => {
    const folder = join(net, 'identity')
    mkdirSync(folder, { mode: 0o700 })
    await refusesEach(
      ['identity'],
      [
        [['init'], /--datadir is missing; give the folder of the node/],
        [['init', '--datadir', join(net, 'no')], /no does not exist; make it with mode 0700/],
        [['show-tls-pubkey', '--datadir', folder], /identity\.pem does not exist: create the key/],
        [['cometbft', 'show-node-address', '--datadir', folder], /p2p_pub\.pem does not exist/],
        [['cometbft', 'show-consensus-address'], /--datadir is missing/],
        [['shwo-address'], /unknown command "shwo-address" .*; did you mean show-address\?/],
      ],
    )
  })

  it('is a node that does not run: then the address is not known', async () => {
    const words = ['identity', 'show-address', '-a', `unix:${join(net, 'no')}`]
    const { code, out, err } = await runWords(...words)
    assert.deepEqual([code, out], [128, ''])
    assert.match(err, /no node answers at .*; start it/)
  })

  it('is keys that others can use', async () => {
    const folder = join(net, 'identity')
    assert.equal((await runWords('identity', 'init', '--datadir', folder)).code, 0)
    chmodSync(join(folder, 'consensus.pem'), 0o604)
    await refuses(['identity', 'init', '--datadir', folder], /mode 0604.*chmod 600/)
  })
})
