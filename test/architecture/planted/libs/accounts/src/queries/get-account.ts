import { accountNamed } from '../projections/account-named.js';

export const getAccount = { accountNamed };
