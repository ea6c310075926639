import { section } from '@wadi/base/config'
import { group } from '@wadi/base/configFields'
import { flag, oneOf, optional, tableOf, text } from '@wadi/base/configOption'
import { integer64 } from '@wadi/base/configUnits'
import { LOG_LEVELS, type LogLevel } from '@wadi/base/log'

/** What every part of the node shares: its folder, its log. */
export const commonConfig = section('common', {
  dataDir: optional(
    text({ doc: 'The folder of the node: its keys and everything that it stores.' }),
  ),
  internalSocketPath: optional(
    text({ doc: 'The UNIX socket of the node; `internal.sock` in its folder if it is empty.' }),
  ),
  log: group({
    file: optional(
      text({ doc: 'Where lines go: a path from `data_dir` on; standard output if it is empty.' }),
    ),
    format: oneOf(['logfmt', 'json'], {
      default: 'logfmt',
      capitals: 'any',
      doc: 'How lines look.',
    }),
    // COMPAT(oasis-core): what a file says is added to the default, it does not take its place.
    level: tableOf(
      oneOf(LOG_LEVELS, { capitals: 'any', doc: 'The least grave level that is written.' }),
      {
        default: new Map<string, LogLevel>([
          ['cometbft/context', 'error'],
          ['cometbft/db', 'info'],
          ['common/persistent', 'info'],
          ['mkvs/db', 'info'],
        ]),
        to: 'default',
        doc: 'Levels by module, in addition to these; `default` for all others, which is warn.',
      },
    ),
  }),
  debug: group({
    allowRoot: flag({ default: false, doc: 'Lets the superuser run the node. Only for tests.' }),
    rlimit: integer64({
      default: 0n,
      doc: 'How many files the process has to be able to open; 0 for any number. Only for tests.',
    }),
  }),
})
