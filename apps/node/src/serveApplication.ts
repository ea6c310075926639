/**
 * The consensus layer as a process of its own, for the CometBFT binary: docs/external-engine.md.
 *
 *   node apps/node/src/serveApplication.ts --genesis <file> --data <folder> --listen <address>
 *     [--engine-home <folder> --engine-p2p <address> --engine-rpc <address> --engine-peers <peers>
 *      --engine-set <section>.<key>=<value> …]
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { AbciServer } from '@wadi/abci/server'
import { toHex } from '@wadi/base/bytes'
import type { Clock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, type LogSink, type LogValue } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { type CometSettings, cometFiles, cometTimeouts } from '@wadi/compose/comet-files'
import { genesisOf } from '@wadi/compose/engine-genesis'
import { OasisApplication } from '@wadi/compose/oasis-application'
import { openUpgrader } from '@wadi/compose/upgrade-file'
import { type GenesisDocument, parseGenesis } from '@wadi/consensus/genesis/document'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import { requireKeyFile } from '@wadi/node-crypto/keys/keyFile'
import { nodeFiles } from '@wadi/node-storage/node-files'

const PRIVATE_MODE = 0o600
const FAILED = 1

const { values } = parseArgs({
  options: {
    genesis: { type: 'string', default: 'genesis.json' },
    data: { type: 'string', default: '.' },
    listen: { type: 'string', default: 'unix://app.sock' },
    'engine-home': { type: 'string' },
    'engine-p2p': { type: 'string', default: 'tcp://0.0.0.0:26656' },
    'engine-rpc': { type: 'string', default: 'tcp://127.0.0.1:26657' },
    'engine-peers': { type: 'string', default: '' },
    'engine-set': { type: 'string', multiple: true, default: [] },
  },
})

const clock: Clock = { unixMs: () => Date.now(), monotonicMs: () => performance.now() }

function printed(value: LogValue): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? toHex(value) : value
}

/** A line of JSON for each record. */
const log: LogSink = ({ level, module, sentence, fields }) => {
  const shown = Object.entries(fields).map(([name, value]) => [name, printed(value)])
  const record = { time: new Date(clock.unixMs()), level, module, sentence }
  process.stderr.write(`${JSON.stringify({ ...record, ...Object.fromEntries(shown) })}\n`)
}

const keyOf = (name: string) => requireKeyFile(join(values.data, `${name}.pem`))

/** A setting of CometBFT's file: `consensus.timeout_propose=1s`. */
function parseSetting(text: string): CometSettings {
  const [, section = '', key, value] = /^(?:(\w+)\.)?([\w-]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined)
    throw new UnavailableError('node.setting', `not <section>.<key>=<value>: ${text}`)
  const isPlain = /^(true|false|\d+)$/.test(value)
  return { [section]: { [key]: isPlain ? JSON.parse(value) : value } }
}

/** Writes what the CometBFT process needs; what it has signed already stays known. */
function writeEngineFiles(document: GenesisDocument, home: string): void {
  const files = cometFiles({
    genesis: genesisOf(document, chainTermsOf(document)),
    consensusSeed: keyOf('consensus').seed,
    p2pSeed: keyOf('p2p').seed,
    proxyApp: values.listen,
    p2pAddress: values['engine-p2p'],
    rpcAddress: values['engine-rpc'],
    peers: values['engine-peers'].split(',').filter((peer) => peer !== ''),
    settings: [cometTimeouts(document), ...values['engine-set'].map(parseSetting)],
  })
  for (const { path, text, isOnce } of files) {
    const whole = join(home, path)
    mkdirSync(dirname(whole), { recursive: true })
    if (!isOnce || !existsSync(whole)) writeFileSync(whole, text, { mode: PRIVATE_MODE })
  }
}

async function serve(): Promise<void> {
  const document = parseGenesis(readFileSync(values.genesis, 'utf8'))
  const home = values['engine-home']
  if (home !== undefined) writeEngineFiles(document, home)
  const logger = createLogger('application', log)
  const application = new OasisApplication({
    document,
    folder: values.data,
    signer: createMemorySigner('consensus', keyOf('consensus').seed),
    upgrader: openUpgrader(nodeFiles, values.data),
    timers: nodeTimers,
    logger,
  })
  const stop = async (exitCode: number) => {
    process.exitCode = exitCode
    await server.close()
    application.close()
  }
  const server = await AbciServer.listen({
    address: values.listen,
    application,
    clock,
    logger: createLogger('abci', log),
    metrics: new MetricsRegistry(),
    onFailure: (error) => void stop(error instanceof StopForUpgrade ? 0 : FAILED),
  })
  process.once('SIGINT', () => void stop(0))
  process.once('SIGTERM', () => void stop(0))
  logger.info('waiting for an engine', {
    address: values.listen,
    height: application.info().height,
  })
}

await serve()
