// breaks: domain-is-pure
import type { listTrail } from '#libs/audit';

export type Neighbour = typeof listTrail;
