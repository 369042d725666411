// breaks: queries-never-see-a-decider
import { account } from '../domain/account.decider.js';

export const mayOpen = { account };
