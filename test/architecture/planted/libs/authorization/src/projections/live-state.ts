import { AccountOpened } from '#libs/accounts/events';
import { State } from '#libs/kernel';

export const liveState = { State, AccountOpened };
