import type { Answer, Call } from './http.js';
import type {
  Identity, IdToken, LoginCode, Passkey, PasskeyAnswer, PasskeyOptions, Proof, RecoveryCodes, Totp, TotpSecret,
} from './types.js';

type Send = <T>(call: Call) => Promise<Answer<T>>;
type Open = <T>(path: string, body: unknown) => Promise<Answer<T>>;

/** The members of a request that proves who the caller is. */
export function bodyOf(proof: Proof): object {
  if (typeof proof === 'string') {
    return { password: proof };
  }

  if (!('id_token' in proof)) {
    return proof;
  }

  const { provider, id_token, nonce, otp } = proof;
  return { confirm_provider: provider, confirm_id_token: id_token, confirm_nonce: nonce, otp };
}

/** What an account has to sign in with, besides its password: an authenticator app, passkeys, and identities at other providers. */
export function waysInOf(send: Send, open: Open) {
  const get = <T>(path: string) => send<T>({ method: 'GET', path });
  const post = <T>(path: string, body: object) => send<T>({ method: 'POST', path, body });
  const remove = (path: string) => send<'success'>({ method: 'DELETE', path });
  const passkey = (id: string) => `passkeys/${encodeURIComponent(id)}`;
  return {
    /** Whether the account has an authenticator app. */
    totp: () => get<Totp>('totp'),

    /** Returns a secret for the authenticator app. Nothing changes before `confirmTotp`. */
    setUpTotp: (proof: Proof) => post<TotpSecret>('totp', bodyOf(proof)),

    /** Turns on the second factor with a code of the app. */
    confirmTotp: (code: string) => post<RecoveryCodes>('totp/confirm', { code }),

    /** Voids the old recovery codes. */
    renewRecoveryCodes: (proof: Proof) => post<RecoveryCodes>('totp/recovery-codes', bodyOf(proof)),

    /** Turns off the second factor. */
    removeTotp: (proof: Proof) => post<'success'>('totp/remove', bodyOf(proof)),

    /** `not_found`: the deployment has no passkeys. */
    passkeys: () => get<Passkey[]>('passkeys'),

    /** For `addPasskey`; `createPasskey` does both in a browser. */
    passkeyOptions: (proof: Proof) =>
      post<PasskeyOptions<PublicKeyCredentialCreationOptionsJSON>>('passkeys/options', bodyOf(proof)),

    addPasskey: ({ state, credential }: PasskeyAnswer, name?: string) => post<Passkey>('passkeys', { state, credential, name }),

    renamePasskey: (id: string, name: string) => post<Passkey>(passkey(id), { name }),

    removePasskey: (id: string) => remove(passkey(id)),

    /** For a `Proof`; `confirmByPasskey` makes it in a browser. */
    passkeyConfirmation: () => post<PasskeyOptions<PublicKeyCredentialRequestOptionsJSON>>('passkeys/confirmation', {}),

    /** For `signInWithPasskey`. `not_found`: the deployment has no passkeys. */
    passkeySignInOptions: () => open<PasskeyOptions<PublicKeyCredentialRequestOptionsJSON>>('login/passkey/options', {}),

    /** The linked identities at other providers. */
    identities: () => get<Identity[]>('identities'),

    /** With an ID token of a native SDK, or with what `externalReturn` read after a redirect. */
    linkIdentity: (proof: Proof, shown: IdToken | LoginCode) =>
      post<Identity>('identities', { ...bodyOf(proof), ...membersOf(shown) }),

    /** `last_way_in`: nothing else would be left to sign in with. */
    unlinkIdentity: (provider: string) => remove(`identities/${encodeURIComponent(provider)}`),
  };
}

// Nothing else that the caller's object may have.
const membersOf = (shown: IdToken | LoginCode): object => 'login_code' in shown
  ? { login_code: shown.login_code, verifier: shown.verifier }
  : { provider: shown.provider, id_token: shown.id_token, nonce: shown.nonce };
