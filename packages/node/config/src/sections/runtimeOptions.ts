/** The runtimes that a node runs, one by one. */

import { type ConfigOf, record } from '@wadi/base/configFields'
import { flag, list, type Option, oneOf, optional, port, text } from '@wadi/base/configOption'
import { componentId, freeTable, ipAddress, namespace, webAddress } from '../configKinds.ts'

const incoming = record(
  {
    ip: optional(ipAddress({ doc: 'The address of the host; all of them if it is empty.' })),
    protocol: optional(oneOf(['tcp', 'udp'], { doc: 'The protocol; tcp if it is empty.' })),
    srcPort: port({ default: 0, doc: 'The port of the host.' }),
    dstPort: port({ default: 0, doc: 'The port in the component; the same one if it is 0.' }),
  },
  { doc: 'A port of the host that leads to the component.' },
)

const networking = record(
  {
    incoming: list(incoming, { default: [], doc: 'Ports of the host that lead to the component.' }),
  },
  { default: { incoming: [] }, doc: 'What the component is reached by.' },
)

const options = {
  id: componentId({ doc: 'Which component of the runtime.' }),
  tee: optional(
    oneOf(['none', 'sgx', 'tdx'], {
      doc: 'The trusted execution environment; the best one if it is empty.',
    }),
  ),
  disabled: flag({ default: false, doc: 'Does not run it.' }),
  networking,
  permissions: list(text({ doc: 'A permission.' }), {
    default: [],
    doc: 'What it may do: bundle_add, bundle_remove, volume_add, volume_remove, log_view.',
  }),
  config: freeTable({ default: new Map(), doc: 'What the component itself reads.' }),
} as const

const asTable = record(options, { doc: 'A component.' })

/** A component of a runtime. A text is its identifier, and runs it. */
const component: Option<ConfigOf<typeof options>> = {
  ...asTable,
  form: `${asTable.form}, or a component's name`,
  read: (raw, at) => asTable.read(typeof raw === 'string' ? { id: raw } : raw, at),
}

/** A runtime. */
export const runtimeOptions = {
  id: namespace({ doc: 'Which runtime.' }),
  components: list(component, { default: [], doc: 'Its components, where they need a word.' }),
  config: freeTable({ default: new Map(), doc: 'What the runtime itself reads.' }),
  registries: list(webAddress({ doc: 'A URL.' }), {
    default: [],
    doc: 'Where its bundles are found, before `runtime.registries`.',
  }),
} as const

/** A runtime as it is configured. */
export type RuntimeOptions = ConfigOf<typeof runtimeOptions>
