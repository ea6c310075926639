/**
 * The part of a browser's XMLHttpRequest that gRPC-web stands on, over fetch, so that its client
 * runs in Node: the text of the answer grows as it comes, which is how streams are read.
 */

const STATE = { unsent: 0, opened: 1, headersReceived: 2, loading: 3, done: 4 } as const

/** See the top of this file. */
export class XmlHttpRequest {
  onreadystatechange: (() => void) | undefined
  readyState: number = STATE.unsent
  status = 0
  statusText = ''
  responseText = ''
  readonly #headers = new Headers()
  readonly #abort = new AbortController()
  #answered = new Headers()
  #method = ''
  #url = ''

  open(method: string, url: string): void {
    this.#method = method
    this.#url = url
    this.#enter(STATE.opened)
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.append(name, value)
  }

  getResponseHeader(name: string): string | undefined {
    return this.#answered.get(name) ?? undefined
  }

  getAllResponseHeaders(): string {
    return Array.from(this.#answered, ([name, value]) => `${name}: ${value}\r\n`).join('')
  }

  send(body: string): void {
    this.#run(body).catch(() => {
      // In a page, too, a request that failed tells no more than that it is over.
      this.status = 0
      this.responseText = ''
      if (!this.#abort.signal.aborted) this.#enter(STATE.done)
    })
  }

  abort(): void {
    this.#abort.abort()
  }

  async #run(body: string): Promise<void> {
    const request = { method: this.#method, headers: this.#headers, body }
    const response = await fetch(this.#url, { ...request, signal: this.#abort.signal })
    this.status = response.status
    this.statusText = response.statusText
    this.#answered = response.headers
    this.#enter(STATE.headersReceived)
    const decoder = new TextDecoder()
    for await (const piece of response.body ?? []) {
      this.responseText += decoder.decode(piece, { stream: true })
      this.#enter(STATE.loading)
    }
    this.#enter(STATE.done)
  }

  #enter(state: number): void {
    this.readyState = state
    this.onreadystatechange?.()
  }
}
