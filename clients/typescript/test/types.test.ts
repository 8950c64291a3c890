import { expectTypeOf, test } from 'vitest';
import type { AccountEvents, Changes, Registration, Session, User } from '../src/index.js';
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
  expectTypeOf<Registration>().toExtend<Schemas['RegisterRequest']>();
  expectTypeOf<Changes>().toExtend<Schemas['UpdateDetailsRequest']>();
  expectTypeOf<keyof Schemas['UpdateDetailsRequest']>().toEqualTypeOf<keyof Changes>();
});
