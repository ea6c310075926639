/**
 * The consensus layer as a process of its own, for the CometBFT binary: docs/external-engine.md.
 *
 *   node apps/node/src/serveApplication.ts --genesis <file> --data <folder> --listen <address>
 *     [--engine-home <folder> --engine-p2p <address> --engine-rpc <address> --engine-peers <peers>
 *      --engine-set <section>.<key>=<value> …]
 */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { toHex } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, type LogSink, type LogValue } from '@wadi/base/log'
import type { CometSettings } from '@wadi/compose/comet-files'
import { processClock } from '@wadi/compose/process-world'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { StopForUpgrade } from '@wadi/consensus-services/kernel/upgrader'
import { openEngineApplication, writeEngineFolder } from './engineApplication.ts'

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

function printed(value: LogValue): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? toHex(value) : value
}

/** A line of JSON for each record. */
const log: LogSink = ({ level, module, sentence, fields }) => {
  const shown = Object.entries(fields).map(([name, value]) => [name, printed(value)])
  const record = { time: new Date(processClock.unixMs()), level, module, sentence }
  process.stderr.write(`${JSON.stringify({ ...record, ...Object.fromEntries(shown) })}\n`)
}

/** A setting of CometBFT's file: `consensus.timeout_propose=1s`. */
function parseSetting(text: string): CometSettings {
  const [, section = '', key, value] = /^(?:(\w+)\.)?([\w-]+)=(.*)$/s.exec(text) ?? []
  if (key === undefined || value === undefined)
    throw new UnavailableError('node.setting', `not <section>.<key>=<value>: ${text}`)
  const isPlain = /^(true|false|\d+)$/.test(value)
  return { [section]: { [key]: isPlain ? JSON.parse(value) : value } }
}

async function serve(): Promise<void> {
  const document = parseGenesis(readFileSync(values.genesis, 'utf8'))
  const { data: dataDir, listen: address, 'engine-home': home } = values
  if (home !== undefined)
    writeEngineFolder({
      document,
      dataDir,
      home,
      proxyApp: address,
      p2pAddress: values['engine-p2p'],
      rpcAddress: values['engine-rpc'],
      peers: values['engine-peers'].split(',').filter((peer) => peer !== ''),
      settings: values['engine-set'].map(parseSetting),
    })
  const stop = async (exitCode: number) => {
    process.exitCode = exitCode
    await application.close()
  }
  const logger = (module: string) => createLogger(module, log)
  const onFailure = (error: unknown) => void stop(error instanceof StopForUpgrade ? 0 : FAILED)
  const options = { document, dataDir, address, logger, onFailure }
  const application = await openEngineApplication(options)
  process.once('SIGINT', () => void stop(0))
  process.once('SIGTERM', () => void stop(0))
  const { height } = application
  logger('application').info('waiting for an engine', { address, height })
}

await serve()
