import { it } from '@jest/globals';
import { repeatable } from '#libs/kernel/testing';
import { account } from './account.decider.js';

it(account.State.name, repeatable);
