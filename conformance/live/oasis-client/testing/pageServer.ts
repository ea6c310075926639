/** Serves the page with the checks: our sources without their types, and the published client. */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'
import type { PageOptions, PageResult } from './page.ts'
import { pageScript } from './pageScript.ts'

const FOLDER = join(import.meta.dirname, '..')
const JAVASCRIPT = 'text/javascript; charset=utf-8'
/** What a page is called that cannot run the checks. */
export const BROKEN = 'the page'
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>checks</title>
<link rel="icon" href="data:,">
<script>
  const tell = (failure) =>
    fetch('/result', { method: 'POST', body: JSON.stringify({ name: '${BROKEN}', failure }) })
  const onError = ({ message, target }) => tell(message ?? 'cannot load ' + target.src)
  addEventListener('error', onError, true)
  addEventListener('unhandledrejection', ({ reason }) => tell(String(reason)))
</script>
<script src="/client.js"></script>
<script type="module" src="/testing/page.ts"></script>
`

interface Answer {
  readonly type: string
  readonly body: string
}

/** A source of these folders as a page can run it. */
function sourceOf(path: string): Answer | undefined {
  if (!/^(\/[A-Za-z]+)+\.ts$/.test(path)) return undefined
  const source = readFileSync(join(FOLDER, normalize(path)), 'utf8')
  return { type: JAVASCRIPT, body: stripTypeScriptTypes(source) }
}

/** See the top of this file. */
export class PageServer {
  readonly #server: Server
  readonly #options: PageOptions
  readonly #onResult: (result: PageResult) => void

  private constructor(options: PageOptions, onResult: (result: PageResult) => void) {
    this.#options = options
    this.#onResult = onResult
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (answer) => {
          if (answer === undefined) response.writeHead(404).end()
          else response.writeHead(200, { 'content-type': answer.type }).end(answer.body)
        },
        (error) => {
          onResult({ name: BROKEN, failure: `${error}` })
          response.writeHead(500).end()
        },
      )
    })
  }

  static async start(
    options: PageOptions,
    onResult: (result: PageResult) => void,
  ): Promise<PageServer> {
    const server = new PageServer(options, onResult)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage): Promise<Answer | undefined> {
    const { url = '' } = request
    if (url === '/') return { type: 'text/html; charset=utf-8', body: PAGE }
    if (url === '/client.js')
      return { type: JAVASCRIPT, body: pageScript('@oasisprotocol/client', 'oasis') }
    if (url === '/options') return { type: 'application/json', body: JSON.stringify(this.#options) }
    if (url !== '/result') return sourceOf(url)
    this.#onResult(JSON.parse(await text(request)))
    return { type: 'text/plain', body: '' }
  }
}
