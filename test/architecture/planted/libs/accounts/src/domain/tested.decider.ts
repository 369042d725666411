// breaks: domain-is-pure, testing-is-for-specs
import { repeatable } from '#libs/kernel/testing';

export const tested = repeatable;
