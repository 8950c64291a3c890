import { expectTypeOf, test } from 'vitest';
import type {
  Account, AccountChanges, AccountEvents, AccountPage, Changes, Identity, Invitation, Passkey, RecoveryCodes, Registration, Session, Totp,
  TotpSecret, User,
} from '../src/index.js';
import type { components } from './api.js';

type Schemas = components['schemas'];

// test/api.d.ts comes from the served document (npm run generate), so that this package says what the API says.
test('the types are those of the OpenAPI document', () => {
  expectTypeOf<Schemas['UserReply']>().toExtend<User>();
  expectTypeOf<User>().toExtend<Schemas['UserReply']>();
  expectTypeOf<Schemas['SessionReply']>().toExtend<Session>();
  expectTypeOf<Session>().toExtend<Schemas['SessionReply']>();
  expectTypeOf<Schemas['EventsReply']>().toExtend<AccountEvents>();
  expectTypeOf<AccountEvents>().toExtend<Schemas['EventsReply']>();
  expectTypeOf<Schemas['TotpReply']>().toExtend<Totp>();
  expectTypeOf<Totp>().toExtend<Schemas['TotpReply']>();
  expectTypeOf<Schemas['SetUpTotpReply']>().toExtend<TotpSecret>();
  expectTypeOf<Schemas['RecoveryCodesReply']>().toExtend<RecoveryCodes>();
  expectTypeOf<Schemas['PasskeyReply']>().toExtend<Passkey>();
  expectTypeOf<Passkey>().toExtend<Schemas['PasskeyReply']>();
  expectTypeOf<Schemas['IdentityReply']>().toExtend<Identity>();
  expectTypeOf<Schemas['AdministeredAccountReply']>().toExtend<Account>();
  expectTypeOf<Account>().toExtend<Schemas['AdministeredAccountReply']>();
  expectTypeOf<Schemas['AccountsReply']>().toExtend<AccountPage>();
  expectTypeOf<Invitation>().toExtend<Schemas['InviteAccountRequest']>();
  expectTypeOf<AccountChanges>().toExtend<Schemas['ChangeAccountRequest']>();
  expectTypeOf<keyof Schemas['ChangeAccountRequest']>().toEqualTypeOf<keyof AccountChanges>();
  expectTypeOf<Registration>().toExtend<Schemas['RegisterRequest']>();
  expectTypeOf<Changes>().toExtend<Schemas['UpdateDetailsRequest']>();
  expectTypeOf<keyof Schemas['UpdateDetailsRequest']>().toEqualTypeOf<keyof Changes>();
});
