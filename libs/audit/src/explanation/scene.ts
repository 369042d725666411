import {
  type Decision,
  type Facts,
  type KeyFact,
  type Permission,
  permissions,
  personInProject,
  type Question,
} from '#libs/authorization';
import { type ProjectId, type Timestamp } from '#libs/kernel';
import { actionInWords } from './action-words.js';
import type { AnyCited } from './cited.js';
import { Names, type Sources } from './names.js';
import { idInWords, quoted } from './words.js';

/** What is to be explained: a decision, as of when, and what it can be told with. */
export interface Told extends Sources {
  readonly question: Question;
  readonly decision: Decision;
  readonly at: Timestamp;
  /** Nobody asked about the past. */
  readonly isNow: boolean;
}

interface Place {
  readonly organizationId: string | null;
  readonly projectId: string | null;
}

const keyOf = ({ facts, question: { subject } }: Told): KeyFact | undefined => {
  switch (subject.type) {
    case 'api_key':
      return facts.key(subject.id);
    case 'credential':
      return subject.digest === null ? undefined : facts.keyByDigest(subject.digest);
    case 'user':
      return undefined;
  }
};

/** Where the question is about, as far as it says so or the resource that it names does. */
const placeOf = (told: Told): Place => {
  const { facts, question } = told;
  const { resource, subject } = question;
  if (resource.type === 'organization') return { organizationId: resource.id ?? null, projectId: null };
  const key = keyOf(told);
  const home =
    key?.organizationId ??
    (subject.type === 'user' ? facts.membership(subject.id)?.current?.organizationId : undefined);
  const registered =
    resource.id === undefined || home === undefined ? undefined : facts.resource(home, resource.type, resource.id);
  const isMade = resource.id === undefined || question.action === `${resource.type}:create`;
  const own = isMade ? key?.projectId : undefined;
  const projectId = resource.type === 'project' ? resource.id : (resource.projectId ?? registered?.projectId ?? own);
  if (projectId === undefined) return { organizationId: null, projectId: null };
  return { organizationId: facts.project(projectId)?.organizationId ?? null, projectId };
};

/** What a reason is told from: who, what and where in words, and the facts behind them. */
export class Scene {
  readonly names: Names;
  readonly key: KeyFact | undefined;
  readonly permission: Permission | undefined;
  readonly cited: ReadonlyArray<AnyCited>;
  /** `is` or `was`, and so on: the present of a question about now. */
  readonly is: string;
  readonly has: string;
  private readonly place: Place;

  constructor(readonly told: Told) {
    this.names = new Names(told);
    this.place = placeOf(told);
    this.key = keyOf(told);
    this.permission = permissions.get(told.question.action);
    [this.is, this.has] = told.isNow ? ['is', 'has'] : ['was', 'had'];
    const positions = new Set(told.decision.evidence.map(({ position }) => position));
    this.cited = told.events.filter(({ position }) => positions.has(position));
  }

  get facts(): Facts {
    return this.told.facts;
  }

  get who(): string {
    const { subject } = this.told.question;
    switch (subject.type) {
      case 'user':
        return this.facts.account(subject.id) === undefined
          ? `the person ${idInWords(subject.id)}`
          : this.names.person(subject.id);
      case 'api_key':
        return this.names.key(subject.id);
      case 'credential':
        return this.key === undefined ? 'the key that was presented' : this.names.key(this.key.id);
    }
  }

  get organization(): string | null {
    const { organizationId } = this.place;
    return organizationId === null ? null : this.names.organization(organizationId);
  }

  get project(): string | null {
    const { projectId } = this.place;
    return projectId === null ? null : this.names.project(projectId);
  }

  /** In full, as it is first spoken of. */
  get where(): string | null {
    const { organizationId, projectId } = this.place;
    if (projectId !== null) return this.names.project(projectId, true);
    return organizationId === null ? null : this.names.organization(organizationId);
  }

  /** `create files in the project “Alpha”`. */
  get what(): string {
    const { action, resource } = this.told.question;
    return actionInWords(action, resource, this.where);
  }

  /** The same without its place. */
  get does(): string {
    const { action, resource } = this.told.question;
    const { id: _, ...any } = resource;
    return actionInWords(action, any, this.project ?? this.organization);
  }

  /** The person in the project, as the facts have it. */
  get person(): ReturnType<typeof personInProject> | undefined {
    const { subject } = this.told.question;
    const { projectId } = this.place;
    const project = projectId === null ? undefined : this.facts.project(projectId);
    if (subject.type !== 'user' || project === undefined) return undefined;
    return personInProject(this.facts, subject.id, projectId as ProjectId, project);
  }

  get isDefaultProject(): boolean {
    return this.facts.project(this.place.projectId ?? '')?.isDefault === true;
  }

  get organizationFact() {
    return this.facts.organization(this.place.organizationId ?? '');
  }

  get projectFact() {
    return this.facts.project(this.place.projectId ?? '');
  }

  get channel(): string {
    const { channel } = this.told.question;
    return { api: 'through the API', ui: 'in the user interface', playground: 'in the playground' }[channel];
  }

  get actionQuoted(): string {
    return quoted(this.told.question.action);
  }
}
