import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { createLogger, MemoryLog } from '@wadi/base/log'
import { MetricsRegistry } from '@wadi/base/metrics'
import { MetricsPush, pushUrl } from './metricsPush.ts'
import { processMetrics } from './processMetrics.ts'

const softwareVersion = '26.1'

describe('the place of metrics at a Pushgateway', () => {
  const at = (address: string, jobName: string, labels: readonly (readonly [string, string])[]) =>
    pushUrl({ address, jobName, labels: new Map(labels), softwareVersion })

  it('names the job, the labels, and the version of the program', () => {
    assert.equal(
      at('127.0.0.1:9091', 'tests', [['instance', 'node 0']]),
      'http://127.0.0.1:9091/metrics/job/tests/software_version/26.1/instance/node%200',
    )
    assert.equal(
      at('https://gate.example/', 'tests', [['software_version', 'mine']]),
      'https://gate.example/metrics/job/tests/software_version/mine',
    )
  })

  it('has values that no path can have as base64', () => {
    assert.match(at('h:1', 'a/b', []), /\/job@base64\/YS9i\//)
    assert.match(at('h:1', 'a', [['run', '']]), /\/run@base64\/=$/)
  })
})

describe('metrics that are sent', () => {
  it('are put there again and again, and a gateway that is away is only told of', async () => {
    const metrics = new MetricsRegistry()
    metrics.register(processMetrics).up.set(1)
    const got: string[] = []
    const server = createServer((asked, response) => {
      let body = ''
      asked.on('data', (part) => (body += part))
      asked.on('end', () => {
        got.push(`${asked.method} ${asked.url} ${/^oasis_up 1$/m.test(body)}`)
        response.writeHead(got.length === 1 ? 200 : 400).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const log = new MemoryLog()
    let next = Promise.withResolvers<() => void>()
    const after = (_: number, run: () => void) => {
      next.resolve(run)
      return { cancel: () => undefined }
    }
    const due = async () => {
      const run = await next.promise
      next = Promise.withResolvers()
      run()
    }
    const push = new MetricsPush({
      metrics,
      timers: { after },
      log: createLogger('metrics', log.sink),
      address: `127.0.0.1:${port}`,
      jobName: 'tests',
      labels: new Map([['instance', 'a']]),
      softwareVersion,
      intervalMs: 5_000,
    })
    push.start()
    await due()
    await due()
    await next.promise
    const expected = 'PUT /metrics/job/tests/software_version/26.1/instance/a true'
    assert.deepEqual(got, [expected, expected])
    assert.equal(log.records.at(-1)?.sentence, 'the Pushgateway refuses the metrics')
    server.close()
    server.closeAllConnections()
    await due()
    await next.promise
    assert.equal(log.records.at(-1)?.sentence, 'the Pushgateway cannot be reached')
    push.stop()
  })
})
