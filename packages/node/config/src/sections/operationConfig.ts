/** What an operator looks at a node with. */

import { type Complaint, section } from '@wadi/base/config'
import type { ConfigOf } from '@wadi/base/configFields'
import { flag, list, oneOf, optional, tableOf, text } from '@wadi/base/configOption'
import { durationMs } from '@wadi/base/configUnits'
import { hostPort, isHostPort, peer } from '../configKinds.ts'

/** Intel's attestation service. */
export const iasConfig = section('ias', {
  proxyAddresses: list(peer({ doc: 'A proxy.' }), {
    default: [],
    doc: 'Proxies of the attestation service.',
  }),
  debugSkipVerify: flag({ default: false, doc: 'Takes unsigned answers. Only for tests.' }),
})

/** Profiles on demand. */
export const pprofConfig = section('pprof', {
  bindAddress: optional(
    hostPort({ doc: 'Where profiles are served, and `/health`; nowhere if it is empty.' }),
  ),
})

const options = {
  mode: oneOf(['none', 'pull', 'push'], {
    default: 'none',
    doc: 'Are metrics served, with `/health` beside them, or sent? push only for tests.',
  }),
  address: text({ default: '127.0.0.1:3000', doc: 'Where they are served, or sent to.' }),
  jobName: optional(text({ doc: 'The job under which they are sent.' })),
  labels: tableOf(text({ doc: 'A label.' }), { default: new Map(), doc: 'Labels, when sent.' }),
  interval: durationMs({ default: 5_000, doc: 'Time between sendings, and between measurements.' }),
} as const

type Values = ConfigOf<typeof options>

function checkMode({ mode, address, jobName, labels, interval }: Values): Complaint | undefined {
  if (mode === 'none') return undefined
  const lacks = (name: string) => ({ key: 'mode', why: `${mode} needs metrics.${name}; set it` })
  if (address === '') return lacks('address')
  if (mode === 'pull')
    return isHostPort(address)
      ? undefined
      : { key: 'address', why: 'must be an address such as 127.0.0.1:3000' }
  if (jobName === undefined) return lacks('job_name')
  if (labels.size === 0) return lacks('labels')
  return interval === 0 ? lacks('interval') : undefined
}

/** Metrics. */
export const metricsConfig = section('metrics', options, [checkMode])
