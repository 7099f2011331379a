/** A small client of WebDriver (https://www.w3.org/TR/webdriver2/), for the real window. */

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** An error that the driver answers with. */
export class WebDriverError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/** An element of the page. */
export class Element {
  constructor(
    private readonly session: Session,
    readonly id: string,
  ) {}

  click(): Promise<void> {
    return this.session.post(`/element/${this.id}/click`, {});
  }

  type(text: string): Promise<void> {
    return this.session.post(`/element/${this.id}/value`, { text });
  }

  text(): Promise<string> {
    return this.session.get(`/element/${this.id}/text`);
  }
}

/** The keys that WebDriver names by code points of their own. */
export const keys = { control: '\uE009', tab: '\uE004', enter: '\uE007', escape: '\uE00C' };

/** A session with a started app. */
export class Session {
  private constructor(private readonly address: string) {}

  /** Has the driver start a program. */
  static async start(driver: string, binary: string, args: string[]): Promise<Session> {
    const options = { 'webkitgtk:browserOptions': { binary, args } };
    const { sessionId } = await request<{ sessionId: string }>('POST', `${driver}/session`, {
      capabilities: { alwaysMatch: options },
    });
    return new Session(`${driver}/session/${sessionId}`);
  }

  get<T>(path: string): Promise<T> {
    return request('GET', this.address + path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return request('POST', this.address + path, body);
  }

  /** Closes the app. */
  async end(): Promise<void> {
    await request('DELETE', this.address);
  }

  url(): Promise<string> {
    return this.get('/url');
  }

  windows(): Promise<string[]> {
    return this.get('/window/handles');
  }

  async switchTo(handle: string): Promise<void> {
    await this.post('/window', { handle });
  }

  /** A picture of the page, as PNG. */
  async screenshot(): Promise<Buffer> {
    return Buffer.from(await this.get<string>('/screenshot'), 'base64');
  }

  async setSize(width: number, height: number): Promise<void> {
    await this.post('/window/rect', { width, height });
  }

  /** The elements that an XPath expression finds now. */
  async findAll(xpath: string): Promise<Element[]> {
    const found = await this.post<Record<string, string>[]>('/elements', { using: 'xpath', value: xpath });
    return found.map((element) => new Element(this, element[ELEMENT] ?? ''));
  }

  /** The element that an XPath expression finds, once there is one. */
  async find(xpath: string): Promise<Element> {
    return this.until(`an element at ${xpath}`, async () => (await this.findAll(xpath))[0]);
  }

  /** Presses keys together, as Ctrl+Enter. */
  async press(...pressed: string[]): Promise<void> {
    const down = pressed.map((value) => ({ type: 'keyDown', value }));
    const up = pressed.toReversed().map((value) => ({ type: 'keyUp', value }));
    await this.post('/actions', { actions: [{ type: 'key', id: 'keyboard', actions: [...down, ...up] }] });
  }

  /**
   * Runs the body of an async function in the page and answers what it returns.
   * What it throws is thrown here.
   */
  async run<T>(body: string, ...args: unknown[]): Promise<T> {
    const script = `
      const done = arguments[arguments.length - 1];
      (async (...args) => { ${body} })(...Array.from(arguments).slice(0, -1)).then(
        (value) => done({ value }),
        (error) => done({ error: String(error?.message ?? error) }),
      );`;
    const answer = await this.post<{ value?: T; error?: string }>('/execute/async', { script, args });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value as T;
  }

  /** Asks again until there is an answer; whatever is waited for happens in another process. */
  async until<T>(what: string, ask: () => Promise<T | undefined>, patience = 60_000): Promise<T> {
    const deadline = Date.now() + patience;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (Date.now() > deadline) throw new Error(`waited ${patience} ms in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function request<T>(method: string, address: string, body?: object): Promise<T> {
  const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(address, init);
  const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
  if (!response.ok) throw new WebDriverError(value.error ?? 'unknown error', value.message ?? '');
  return value;
}
