import { AccountOpened } from '../domain/account.events.js';

export const accountNamed = { AccountOpened };
