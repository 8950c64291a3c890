import type { Accounts } from './accounts.js';
import type { Passkey, PasskeyAnswer, PasskeyOptions, Proof, Result, User } from './types.js';

// Not yet among the types of TypeScript.
interface Signals {
  signalAllAcceptedCredentials?(accepted: { rpId: string; userId: string; allAcceptedCredentialIds: string[] }): Promise<void>;
}

/** Whether the browser can create and use passkeys. */
export const hasPasskeys = (): boolean =>
  typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/** Whether the browser offers passkeys in a field with `autocomplete="username webauthn"`. */
export const hasPasskeyAutofill = async (): Promise<boolean> =>
  hasPasskeys() && await PublicKeyCredential.isConditionalMediationAvailable?.() === true;

/** Has the browser create a passkey, and adds it to the account. */
export async function createPasskey(
  accounts: Pick<Accounts, 'passkeyOptions' | 'addPasskey'>, proof: Proof, name?: string): Promise<Result<Passkey>> {
  const begun = await accounts.passkeyOptions(proof);
  if (!begun.ok) {
    return begun;
  }

  const made = await answerOf(begun.value, options =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }));
  return made.ok ? accounts.addPasskey(made.value, name) : made;
}

/**
 * Signs in with a passkey that the user picks. With `isAutofill`, the browser offers passkeys in the field with
 * `autocomplete="username webauthn"`, and the call waits until the user takes one; `signal` ends it when the user signs in otherwise.
 */
export async function signInByPasskey(
  accounts: Pick<Accounts, 'passkeySignInOptions' | 'signInWithPasskey'>,
  { isAutofill = false, signal }: { isAutofill?: boolean; signal?: AbortSignal } = {}): Promise<Result<User>> {
  for (;;) {
    const begun = await accounts.passkeySignInOptions();
    if (!begun.ok || signal?.aborted) {
      return begun.ok ? failure('cancelled') : begun;
    }

    const used = await get(begun.value, isAutofill, signal);
    if (used !== 'stale') {
      return used.ok ? accounts.signInWithPasskey(used.value) : used;
    }
  }
}

/** Has the user confirm a change with a passkey instead of the password. */
export async function confirmByPasskey(accounts: Pick<Accounts, 'passkeyConfirmation'>): Promise<Result<PasskeyAnswer>> {
  const begun = await accounts.passkeyConfirmation();
  return begun.ok ? await get(begun.value, false) as Result<PasskeyAnswer> : begun;
}

/**
 * Tells the browser which passkeys the account has, so that it does not offer removed ones. Not every browser listens.
 *
 * @param removed The passkey that was removed; needed if it was the last.
 */
export async function signalPasskeys(passkeys: Passkey[], removed?: Passkey): Promise<void> {
  const first = passkeys[0] ?? removed;
  if (first && hasPasskeys()) {
    await (PublicKeyCredential as Signals).signalAllAcceptedCredentials?.({
      rpId: first.rp_id,
      userId: first.user_id,
      allAcceptedCredentialIds: passkeys.map(passkey => passkey.credential_id),
    }).catch(() => undefined);
  }
}

// Autofill waits for as long as the page is open, but a challenge does not: after four fifths of its life comes a new one.
async function get(begun: PasskeyOptions<PublicKeyCredentialRequestOptionsJSON>, isAutofill: boolean, signal?: AbortSignal) {
  const ending = new AbortController();
  const end = () => ending.abort();
  signal?.addEventListener('abort', end);
  const timer = isAutofill && begun.options.timeout ? setTimeout(end, begun.options.timeout * 0.8) : undefined;
  try {
    const answer = await answerOf(begun, options => navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      signal: ending.signal,
      ...(isAutofill ? { mediation: 'conditional' } : {}),
    }));
    return !answer.ok && isAutofill && ending.signal.aborted && !signal?.aborted ? 'stale' as const : answer;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

async function answerOf<T>(
  { options, state }: PasskeyOptions<T>, ask: (options: T) => Promise<Credential | null>): Promise<Result<PasskeyAnswer>> {
  try {
    const credential = await ask(options) as PublicKeyCredential | null;
    return credential ? { ok: true, value: { state, credential: credential.toJSON() as object } } : failure('cancelled');
  } catch (error) {
    const name = (error as Error | undefined)?.name;
    return failure(name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled'
      : name === 'InvalidStateError' ? 'passkey_exists' : 'passkey_failed');
  }
}

const failure = (code: string) => ({ ok: false as const, error: { code, status: 0, fields: {} } });
