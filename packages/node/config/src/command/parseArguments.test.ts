import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError } from '@wadi/base/errors'
import fc from 'fast-check'
import { flagKeys } from '../configText.ts'
import { isReferenceAbsent, readReference } from '../testing/referenceFiles.ts'
import { type CommandGroup, command, type Flags } from './command.ts'
import { formatFlags, formatHelp } from './help.ts'
import { nodeFlags, persistentFlags } from './nodeFlags.ts'
import { parseArguments } from './parseArguments.ts'
import { runCommandLine } from './runCommandLine.ts'

const flags = {
  name: { kind: 'text', doc: 'a name', fallback: 'x', short: 'n' },
  quiet: { kind: 'boolean', doc: 'says nothing', fallback: false, short: 'q' },
  entity: { kind: 'texts', doc: 'entities', fallback: [] },
  count: { kind: 'integer', doc: 'how many', fallback: 1n },
  share: { kind: 'decimal', doc: 'which part', fallback: 0 },
  wait: { kind: 'duration', doc: 'how long', fallback: 1000 },
} as const satisfies Flags

const make = command({ name: 'make', summary: 'makes it', options: flags, run: () => 0 })
const self = command({ name: 'node', summary: 'A node', options: nodeFlags, run: () => 0 })
const root: CommandGroup = {
  name: 'node',
  summary: 'A node',
  shared: persistentFlags,
  self,
  commands: [
    { name: 'genesis', summary: 'genesis files', shared: {}, commands: [make] },
    command({ name: 'help-me', summary: 'helps', options: {}, run: () => 3 }),
  ],
}

function parse(line: readonly string[], keys: readonly string[] = []) {
  const request = parseArguments(root, line, keys)
  assert.equal(request.kind, 'run')
  return request
}

const makeIt = (...line: readonly string[]) => parse(['genesis', 'make', ...line]).call
const refuses = (line: readonly string[], sentence: string) =>
  assert.throws(
    () => parseArguments(root, line),
    (error) => error instanceof CodedError && error.context === sentence,
    line.join(' '),
  )

describe('a command line', () => {
  it('has values behind = or as the next word', () => {
    const values: unknown = makeIt('--name', 'a', '--count=18446744073709551615').flags
    assert.deepEqual(values, {
      ...{ name: 'a', quiet: false, entity: [], count: 2n ** 64n - 1n, share: 0, wait: 1000 },
      ...Object.fromEntries(
        Object.entries(persistentFlags).map(([name, { fallback }]) => [name, fallback]),
      ),
    })
    assert.deepEqual(makeIt('--name=a=b').flags['name'], 'a=b')
    assert.deepEqual(makeIt('--name', '--quiet').flags['name'], '--quiet')
    assert.deepEqual(makeIt('--share', '1e-3', '--wait', '1m30s').flags['wait'], 90_000)
  })

  it('has flags without a value for what is true, and lists from repetition', () => {
    assert.equal(makeIt('--quiet').flags['quiet'], true)
    assert.equal(makeIt('--quiet=f').flags['quiet'], false)
    assert.deepEqual(makeIt('--entity', 'a', '--entity=b,c').flags['entity'], ['a', 'b', 'c'])
    assert.deepEqual(makeIt('--quiet', 'true').operands, ['true'])
  })

  it('keeps its words in their order, for flags that belong to the one before them', () => {
    const words = ['--entity', 'a', '--name=b', '--entity=c', 'd']
    assert.deepEqual(makeIt(...words).words, words)
  })

  it('has letters for some flags', () => {
    const forms = [['-n', 'a'], ['-na'], ['-n=a'], ['-qn', 'a'], ['-qna']]
    for (const form of forms) assert.equal(makeIt(...form).flags['name'], 'a', form.join(' '))
    assert.equal(makeIt('-qna').flags['quiet'], true)
  })

  it('names a command behind flags, and ends flags with --', () => {
    const request = parse(['--config', 'genesis', 'genesis', '--debug.allow_test_keys', 'make'])
    assert.equal(request.command.name, 'make')
    assert.equal(request.call.flags['config'], 'genesis')
    assert.deepEqual(makeIt('a', '--', '--name', 'b').operands, ['a', '--name', 'b'])
    assert.equal(parse([]).command, self)
    assert.deepEqual([...parse(['--config=a']).call.given], ['config'])
  })

  it('has numbers below zero as operands, where a command wants to judge them itself', () => {
    const judge = { ...make, operands: '<number>', signedOperands: true as const }
    const judged = (...words: readonly string[]) => {
      const request = parseArguments({ ...root, commands: [judge] }, ['make', ...words])
      assert.equal(request.kind, 'run')
      return request.kind === 'run' ? request.call.operands : []
    }
    assert.deepEqual(judged('-5', '-qn', 'a', '-0.5'), ['-5', '-0.5'])
    for (const word of ['-5x', '-x5', '-.5'])
      assert.throws(() => judged(word), { reason: 'usage.unknownFlag' }, word)
    refuses(['genesis', 'make', '-5'], "unknown shorthand flag: '5' in -5")
  })

  it('has keys of the configuration as flags', () => {
    const { call } = parse(['--p2p.port', '5', '--sentry.enabled', '--p2p.seeds=a,b'], flagKeys())
    assert.deepEqual(call.overrides, ['--p2p.port=5', '--sentry.enabled=true', '--p2p.seeds=a,b'])
  })

  it('is refused in the words of the reference', () => {
    refuses(['--nonsense'], 'unknown flag: --nonsense')
    refuses(['--confg', 'a'], 'unknown flag: --confg; did you mean --config?')
    refuses(['-x'], "unknown shorthand flag: 'x' in -x")
    refuses(['--config'], 'flag needs an argument: --config')
    refuses(['-s'], "flag needs an argument: 's' in -s")
    refuses(['--=a'], 'bad flag syntax: --=a')
    refuses(['nonsense'], 'unknown command "nonsense" for "node"')
    refuses(['genesi'], 'unknown command "genesi" for "node"; did you mean genesis?')
    const bool = 'strconv.ParseBool: parsing "x": invalid syntax'
    refuses(['--version=x'], `invalid argument "x" for "-v, --version" flag: ${bool}`)
    const uint = 'strconv.ParseUint: parsing "-1x": invalid syntax'
    refuses(
      ['genesis', 'make', '--count=-1x'],
      `invalid argument "-1x" for "--count" flag: ${uint}`,
    )
  })

  it('gives every list of words a request or a coded error', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('genesis', 'make', '--name', '-n', '-q', '--', '-', '--count=1', '--help'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (line) => {
        try {
          parseArguments(root, line, ['p2p.port'])
        } catch (error) {
          assert.ok(error instanceof CodedError && error.reason.startsWith('usage.'))
        }
      }),
    )
  })
})

describe('runCommandLine', () => {
  const run = async (...line: readonly string[]) => {
    const written = { out: '', err: '' }
    const code = await runCommandLine(root, line, {
      environment: {},
      out: { write: (text: string) => (written.out += text) },
      err: { write: (text: string) => (written.err += text) },
    })
    return { code, ...written }
  }

  it('answers what the command answers, and 1 where it cannot be run', async () => {
    assert.deepEqual(await run('help-me'), { code: 3, out: '', err: '' })
    assert.deepEqual(await run('--nonsense'), {
      code: 1,
      out: '',
      err: 'Error: unknown flag: --nonsense\n',
    })
  })

  it('prints the help of groups and commands', async () => {
    const { code, out } = await run('genesis')
    assert.equal(code, 0)
    assert.match(out, /^genesis files\n\nUsage:\n {2}node genesis \[command\]\n/)
    assert.match(out, /Available Commands:\n {2}make makes it\n/)
    const help = (await run('genesis', 'make', '-h')).out
    assert.match(help, /Usage:\n {2}node genesis make \[flags\]\n/)
    assert.match(help, /\n {2}-n, --name string +a name \(default "x"\)\n/)
    assert.match(help, /--wait duration +how long \(default 1s\)\n/)
    assert.match(help, /Global Flags:\n {6}--config string {3}config file\n$/)
  })
})

describe('the node of the reference', { skip: isReferenceAbsent }, () => {
  it('has our flags in its help', () => {
    const help = readReference('cli-help.txt').split('\n### ', 1)[0] ?? ''
    const theirs = help.split('\n').filter((line) => /^ +(-\w, )?--/.test(line))
    const ours = formatFlags({ ...persistentFlags, ...nodeFlags })
    assert.ok(theirs.length > 10)
    const isOurs = (line: string) => !/--(help|version) /.test(line)
    // What a flag is for is said in our own words.
    const flagOf = (line: string) => [line.slice(0, line.search(/(?<=\S) {3,}/)), fallbackOf(line)]
    const fallbackOf = (line: string) => /\(default .*\)$/.exec(line)?.[0]
    assert.deepEqual(theirs.filter(isOurs).map(flagOf), ours.filter(isOurs).map(flagOf))
    assert.match(formatHelp([root], self), /Usage:\n {2}node \[flags\]\n {2}node \[command\]\n/)
  })

  it('is launched with flags that ours takes', () => {
    const lines = readReference('recorded-invocations.txt').matchAll(
      /^msg="launching Oasis node" args="(.*)"$/gm,
    )
    const launches = [...lines].map(([, args = '']) => args.split(' '))
    assert.ok(launches.length > 15)
    for (const launch of launches) {
      const { command: found, call } = parse(launch)
      assert.equal(found, self)
      assert.match(String(call.flags['config']), /config\.yaml$/)
      assert.equal(call.flags['debug.dont_blame_oasis'], true)
      assert.deepEqual([call.operands, call.overrides], [[], []])
    }
  })
})
