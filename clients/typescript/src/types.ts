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

/** An account as an administrator sees it. */
export interface Account {
  id: string;
  username: string;
  first_name: string;
  last_name: string;
  role: 'C' | 'A';
  disabled: boolean;
  /** RFC 3339, UTC. */
  expiration_date: string;
  created: string;
  /** Null if no deletion was requested. */
  deletes_at: string | null;
  has_password: boolean;
  /** Null: it has no authenticator app. */
  second_factor_since: string | null;
}

export interface AccountPage {
  accounts: Account[];
  /** The `pageToken` of the next page; null if this is the last one. */
  next: string | null;
}

export interface Invitation {
  username: string;
  first_name?: string;
  last_name?: string;
  role?: 'C' | 'A';
}

/** Absent members keep their values. */
export interface AccountChanges {
  role?: 'C' | 'A';
  disabled?: boolean;
  expiration_date?: string;
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
  /** How the user signed in (RFC 8176): `pwd`, `otp`, `hwk` (a passkey), `fed` (a provider), `mca` (a mailed code). */
  amr: string[];
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
  /** The id of the administrator who did it; `operator` for the command line, null for the owner. */
  by: string | null;
}

export interface AccountEvents {
  events: AccountEvent[];
  /** The `pageToken` of the next page; null if this is the last one. */
  next: string | null;
}

/**
 * Who changes something that a thief must not change proves again who it is: with the password (as a string where the account has no
 * second factor), a passkey (`confirmByPasskey`), or a fresh ID token of a linked identity.
 */
export type Proof = string | { password: string; otp?: string } | PasskeyAnswer | ExternalProof;

/** What an authenticator answered (`PublicKeyCredential.toJSON()`), with the `state` of its options. */
export interface PasskeyAnswer {
  state: string;
  credential: object;
}

/** An ID token of a provider that the deployment knows by this name. */
export interface IdToken {
  provider: string;
  id_token: string;
  /** What the app sent to the provider; for Apple, the text whose SHA-256 it sent. */
  nonce?: string;
}

export interface ExternalProof extends IdToken {
  /** The second factor, if the account has one. */
  otp?: string;
}

/** Apple tells the names to the app only, and only the first time; they are for a new account. */
export type ExternalSignIn = (IdToken & { first_name?: string; last_name?: string }) | LoginCode;

/** What a redirect from a provider brought, and the secret of the client that began it. */
export interface LoginCode {
  login_code: string;
  verifier: string;
}

export interface Totp {
  /** Since when the account has an authenticator app; null: it has none. */
  since: string | null;
  recovery_codes_left: number;
}

export interface TotpSecret {
  /** In base32, for apps without a camera. */
  secret: string;
  /** `otpauth://`, for a QR code. */
  uri: string;
}

export interface RecoveryCodes {
  /** Ten codes that are shown only now. */
  recovery_codes: string[];
}

export interface Passkey {
  id: string;
  name: string;
  created: string;
  last_used: string;
  /** Whether the authenticator has copied it to other devices. */
  backed_up: boolean;
  /** For the browser's signals, as are the next two. */
  credential_id: string;
  rp_id: string;
  user_id: string;
}

/** The options of a ceremony, in the JSON of the standard, and the state to send back with its answer. */
export interface PasskeyOptions<T> {
  options: T;
  state: string;
}

export interface Identity {
  provider: string;
  email: string | null;
  created: string;
}

export interface Tokens {
  access: string;
  refresh: string;
}

/** Why a call did not succeed. */
export interface AccountsError {
  /**
   * A code of the error reference (`/api/docs/errors`), `invalid_fields` where `fields` says more, or one of the client's own:
   * `unreachable` (no answer came), `unexpected` (something between the app and us answered), and for passkeys `cancelled` (by the user,
   * or nobody came), `passkey_exists` (the authenticator already has one for the account) and `passkey_failed`.
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
