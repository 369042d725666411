// breaks: domain-is-pure
import type { Observable } from 'rxjs';

export type Observed = Observable<string>;
