import * as t from 'io-ts';

export const AccountOpened = t.strict({});
