/** An account as its owner sees it. */
export interface User {
  first_name: string;
  last_name: string;
  username: string;
  country_code: string | null;
  /** RFC 3339, UTC. */
  expiration_date: string;
  hobbies: string | null;
  job: string | null;
  bio: string | null;
  role: 'C' | 'A';
  /** The language of mails; null for the deployment's default. */
  language: string | null;
}

export interface Registration {
  username: string;
  password1: string;
  password2: string;
  first_name?: string;
  last_name?: string;
  country_code?: string | null;
}

/** Absent members keep their values; null clears them. */
export interface Changes {
  first_name?: string;
  last_name?: string;
  country_code?: string | null;
  hobbies?: string | null;
  job?: string | null;
  bio?: string | null;
  language?: string | null;
}

export interface Session {
  id: string;
  created: string;
  last_used: string;
  expires: string;
  client: string | null;
  /** Whether this is the calling session. */
  current: boolean;
}

export interface AccountEvent {
  /** RFC 3339, UTC. */
  time: string;
  /** A word like `signed_in`. New words may be added. */
  kind: string;
  client: string | null;
  session: string | null;
  /** The id of the administrator who did it; null for the owner. */
  by: string | null;
}

export interface AccountEvents {
  events: AccountEvent[];
  /** The `pageToken` of the next page; null if this is the last one. */
  next: string | null;
}

export interface Tokens {
  access: string;
  refresh: string;
}

/** Why a call did not succeed. */
export interface AccountsError {
  /**
   * A code of the error reference (`/api/docs/errors`), `invalid_fields` where `fields` says more, or one of the client's own:
   * `unreachable` (no answer came) and `unexpected` (something between the app and us answered).
   */
  code: string;
  /** The HTTP status; 0 without an answer. */
  status: number;
  /** The codes of invalid fields, by field. */
  fields: Record<string, string[]>;
  /** Seconds to wait before another try. */
  retryAfter?: number;
  /** The id of the request in the logs of the backend. */
  requestId?: string;
}

export type Result<T> = { ok: true; value: T } | { ok: false; error: AccountsError };
