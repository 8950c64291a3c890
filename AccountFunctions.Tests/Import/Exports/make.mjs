// Makes the exports of the other systems with their own hash functions, for ImportTests:
// npm install --no-save bcryptjs firebase-scrypt better-auth && node make.mjs
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import bcrypt from 'bcryptjs';
import { FirebaseScrypt } from 'firebase-scrypt';
import { hashPassword } from 'better-auth/crypto';

const password = 'pässwörd ½ 77';
const lines = (name, users) => writeFileSync(name, users.map((user) => JSON.stringify(user) + '\n').join(''));

const firebase = {
  memCost: 14, rounds: 8, saltSeparator: 'Bw==', signerKey: randomBytes(64).toString('base64'),
};
const salt = randomBytes(10).toString('base64');
const webSafe = (text) => text.replaceAll('+', '-').replaceAll('/', '_');
writeFileSync('firebase.txt', `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: ${firebase.signerKey},
  base64_salt_separator: ${firebase.saltSeparator},
  rounds: ${firebase.rounds},
  mem_cost: ${firebase.memCost},
}
`);
writeFileSync('firebase.json', JSON.stringify({
  users: [{
    localId: 'f1', email: 'ada@example.com', emailVerified: true, displayName: 'Ada Lovelace', createdAt: '1719946680123',
    passwordHash: webSafe(await new FirebaseScrypt(firebase).hash(password, salt)), salt: webSafe(salt), disabled: false,
    providerUserInfo: [{ providerId: 'password', rawId: 'ada@example.com' }, { providerId: 'google.com', rawId: 'g-1', email: 'ada@gmail.com' }],
  }, {
    localId: 'f2', email: 'unverified@example.com', emailVerified: false, createdAt: '1719946680123',
    passwordHash: webSafe(await new FirebaseScrypt(firebase).hash(password, salt)), salt: webSafe(salt), providerUserInfo: [],
  }, { localId: 'f3', phoneNumber: '+4930123456', providerUserInfo: [{ providerId: 'phone', rawId: '+4930123456' }] }],
}, null, 1));

lines('supabase.jsonl', [{
  id: '5a1c2f5e-0000-4000-8000-000000000001', email: 'ada@example.com', encrypted_password: bcrypt.hashSync(password, 10),
  email_confirmed_at: '2024-07-02T19:00:00+00:00', created_at: '2024-07-02T18:58:00.123456+00:00', banned_until: null,
  raw_user_meta_data: { first_name: 'Ada', last_name: 'Lovelace' },
  identities: [{ provider: 'email', provider_id: 'x' }, { provider: 'google', provider_id: 'g-1', email: 'ada@gmail.com' }],
  factors: [{ factor_type: 'totp', status: 'verified', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }],
}, {
  id: '5a1c2f5e-0000-4000-8000-000000000002', email: 'banned@example.com', encrypted_password: bcrypt.hashSync(password, 10),
  email_confirmed_at: '2024-07-02 19:00:00+00', banned_until: '2999-01-01T00:00:00Z', raw_user_meta_data: {},
}]);

lines('auth0.jsonl', [{
  _id: { $oid: '60425dc43519d90068f82973' }, email_verified: true, email: 'ada@example.com', passwordHash: bcrypt.hashSync(password, 10),
  password_set_date: { $date: '2024-07-02T18:58:00.123Z' }, tenant: 'example', connection: 'Username-Password-Authentication',
  _tmp_is_unique: true,
}]);

lines('better-auth.jsonl', [{
  id: 'b1', name: 'Ada', email: 'ada@example.com', emailVerified: true, createdAt: '2024-07-02T18:58:00.123Z',
  accounts: [
    { providerId: 'credential', accountId: 'b1', password: await hashPassword(password) },
    { providerId: 'google', accountId: 'g-1' }],
}]);

// Keycloak has no library here; its hashes are the standard's.
const keycloak = (algorithm, iterations, digest, length) => {
  const salted = randomBytes(16);
  return {
    type: 'password',
    secretData: JSON.stringify({ value: pbkdf2Sync(password, salted, iterations, length, digest).toString('base64'), salt: salted.toString('base64'), additionalParameters: {} }),
    credentialData: JSON.stringify({ hashIterations: iterations, algorithm, additionalParameters: {} }),
  };
};
const user = (name, more) => ({
  username: name, email: `${name}@example.com`, emailVerified: true, enabled: true, createdTimestamp: 1719946680123,
  firstName: 'Ada', lastName: 'Lovelace', ...more,
});
writeFileSync('keycloak.json', JSON.stringify({
  realm: 'example',
  users: [
    user('ada', {
      credentials: [keycloak('pbkdf2-sha512', 21000, 'sha512', 64), {
        type: 'otp', secretData: JSON.stringify({ value: 'a secret of 20 bytes' }),
        credentialData: JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' }),
      }],
      federatedIdentities: [{ identityProvider: 'google', userId: 'g-1', userName: 'ada@gmail.com' }],
    }),
    user('old', { credentials: [keycloak('pbkdf2-sha256', 27500, 'sha256', 64)] }),
    user('oldest', { credentials: [keycloak('pbkdf2', 20000, 'sha1', 64)] }),
    user('disabled', { enabled: false, credentials: [keycloak('pbkdf2-sha512', 21000, 'sha512', 64)] }),
  ],
}, null, 1));
