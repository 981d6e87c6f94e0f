import { Problem, UnreachableError, isProblem } from './problem';
import type { ProblemDetails } from './types';

/** The API is on the page's own origin. */
export const BASE = '/vitrine/v1';

const RETRIED = new Set(['conflict', 'throttled', 'unavailable']);
const RETRIES = 2;

export interface Sent {
  body?: unknown;
  /** Sent as `If-Match` by writers, as `If-None-Match` by readers. */
  etag?: string | null;
  idempotencyKey?: string;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

/** An answer with its ETag; `value` is null after 204 and 304. */
export interface Answer<Value> {
  value: Value | null;
  etag: string | null;
}

/** Sends requests to the API with one token, and turns refusals into `Problem`s. */
export class Client {
  /**
   * @param token a bearer token of one shop. A new link replaces it, and all that is under way
   *   goes on with the new one.
   * @param refused called when the API refuses a token (401).
   */
  constructor(
    public token: string,
    private readonly refused: (token: string) => void,
  ) {}

  /** Reads a path below the base, or a `next` path of a page. */
  async read<Value>(path: string, etag: string | null = null): Promise<Answer<Value>> {
    return this.request<Value>('GET', path, { etag });
  }

  /** Reads a path that has a body. */
  async get<Value>(path: string): Promise<Value> {
    const { value } = await this.read<Value>(path);
    if (value === null) throw new UnreachableError();
    return value;
  }

  /**
   * Sends a change.
   *
   * @throws Problem the API refused it.
   * @throws UnreachableError there was no answer; it may have been carried out.
   */
  async send<Value>(method: string, path: string, sent: Sent = {}): Promise<Value> {
    const { value } = await this.request<Value>(method, path, sent);
    return value as Value;
  }

  private async request<Value>(method: string, path: string, sent: Sent): Promise<Answer<Value>> {
    for (let attempt = 0; ; attempt += 1) {
      const { token } = this;
      try {
        return await this.once<Value>(method, path, sent);
      } catch (error) {
        // A new link was opened before the refusal arrived.
        if (isProblem(error, 'unauthorized') && token !== this.token) continue;
        if (!(error instanceof Problem && RETRIED.has(error.code)) || attempt === RETRIES) {
          throw error;
        }
        await seconds(error.retryAfter ?? 2 ** attempt);
      }
    }
  }

  private async once<Value>(method: string, path: string, sent: Sent): Promise<Answer<Value>> {
    const { token } = this;
    const headers = new Headers({ Authorization: `Bearer ${token}` });
    if (sent.body !== undefined) headers.set('Content-Type', 'application/json');
    if (sent.etag) headers.set(method === 'GET' ? 'If-None-Match' : 'If-Match', sent.etag);
    if (sent.idempotencyKey) headers.set('Idempotency-Key', sent.idempotencyKey);
    let response: Response;
    let text: string;
    try {
      response = await fetch(path.startsWith(BASE) ? path : BASE + path, {
        method,
        headers,
        body: sent.body === undefined ? null : JSON.stringify(sent.body),
        keepalive: sent.keepalive ?? false,
        cache: 'no-store',
        credentials: 'omit',
      });
      text = await response.text();
    } catch {
      throw new UnreachableError();
    }
    if (response.status === 401) this.refused(token);
    if (response.status === 304) return { value: null, etag: sent.etag ?? null };
    const body = parsed(text);
    if (!response.ok) throw problem(response, body);
    return { value: body as Value, etag: response.headers.get('ETag') };
  }
}

/** Resolves after that many seconds. */
export function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreachableError();
  }
}

function problem(response: Response, body: unknown): Problem {
  const details: Partial<ProblemDetails> = typeof body === 'object' && body !== null ? body : {};
  const code = details.code ?? 'internal';
  const after = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new Problem(
    { ...details, code, status: response.status },
    Number.isFinite(after) ? after : null,
  );
}
