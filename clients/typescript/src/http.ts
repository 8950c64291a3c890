import type { AccountsError, Result } from './types.js';

/** A call to the API. */
export interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  access?: string | undefined;
  ifMatch?: string | undefined;
  /** True: the answer is a document without the envelope. */
  isDocument?: boolean;
}

/** The answer to a call, with its entity tag if it has one. */
export type Answer<T> = Result<T> & { etag?: string };

export interface HttpOptions {
  api: string;
  language: string | undefined;
  send: typeof fetch;
  retries: number;
  pause: (seconds: number) => Promise<void>;
}

export interface Http {
  send<T>(call: Call): Promise<Answer<T>>;
}

const MaxWait = 60;

/** Sends calls, and sends them again up to `retries` times if the app asks to wait or does not answer. */
export function createHttp(options: HttpOptions): Http {
  return {
    async send<T>(call: Call): Promise<Answer<T>> {
      for (let tries = 0; ; tries++) {
        const answer = await once<T>(options, call);
        if (answer.ok || tries >= options.retries || !mayRepeat(answer.error)) {
          return answer;
        }

        await options.pause(answer.error.retryAfter ?? 1);
      }
    },
  };
}

// Every operation may be repeated, but a fault of the app (`internal`) lasts until an operator fixes it.
const mayRepeat = ({ code, retryAfter }: AccountsError) =>
  code === 'unreachable' || ((code === 'unavailable' || code === 'throttled') && (retryAfter ?? 1) <= MaxWait);

async function once<T>({ api, language, send }: HttpOptions, call: Call): Promise<Answer<T>> {
  const { method, path, body, access, ifMatch, isDocument } = call;
  let response: Response;
  try {
    response = await send(`${api}/account/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(access === undefined ? {} : { Authorization: `Bearer ${access}` }),
        ...(language === undefined ? {} : { 'Accept-Language': language }),
        ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { ok: false, error: { code: 'unreachable', status: 0, fields: {} } };
  }

  const envelope = await response.json().catch(() => undefined) as Record<string, unknown> | undefined;
  if (response.ok && isDocument && envelope) {
    return { ok: true, value: envelope as T };
  }

  if (response.ok && envelope?.['status'] === 'success') {
    const etag = response.headers.get('ETag');
    return { ok: true, value: envelope['data'] as T, ...(etag ? { etag } : {}) };
  }

  return { ok: false, error: errorOf(response, envelope) };
}

function errorOf(response: Response, envelope: Record<string, unknown> | undefined): AccountsError {
  // A proxy may have answered, and its answer says nothing about the account.
  const isOurs = envelope?.['status'] === 'error' && typeof envelope['message'] === 'string' && envelope['code'] === response.status;
  const fields = isOurs ? envelope['errors'] as Record<string, string[]> | undefined : undefined;
  const retryAfter = secondsOf(response.headers.get('Retry-After'));
  const requestId = response.headers.get('X-Request-Id');
  return {
    code: !isOurs ? 'unexpected' : fields ? 'invalid_fields' : envelope['message'] as string,
    status: response.status,
    fields: fields ?? {},
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(requestId ? { requestId } : {}),
  };
}

// Seconds, or a date (RFC 9110 §10.2.3).
function secondsOf(retryAfter: string | null): number | undefined {
  if (retryAfter === null) {
    return undefined;
  }

  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(seconds, 0);
}

/** The query of a URL, of the values that are given. */
export function query(values: Record<string, string | number | undefined>): URLSearchParams {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, `${value}`]));
}
