import { describe, expect, it } from '@jest/globals';
import { expectedOf, playedPure } from '../run.js';
import { PureStage } from '../stages/pure-stage.js';
import { scenariosIn } from './scenario.js';

const ends = `
  ask:
    - May Ann file:create in the default project of Acme?: yes
      because: organization-owner
`;
const given = (...facts: ReadonlyArray<string>) => `
- title: A story
  rules: [ORG-03]
  given:
    - Ann founds Acme
${facts.map((fact) => `    - ${fact}\n`).join('')}`;
const told = (...facts: ReadonlyArray<string>) => `${given(...facts)}${ends}`;
const asked = (question: string, because = 'x') => `${given()}  ask:\n    - ${question}\n      because: ${because}\n`;

describe('a story that cannot be understood is refused', () => {
  it.each([
    [
      'an unknown sentence, with the nearest',
      told('Ann invite Bob to Acme'),
      'the nearest is "Ann invites Bob to Acme"',
    ],
    ['a misspelt sentence', told('Acme gets suspended'), 'the nearest is "Acme is <suspended|resumed>"'],
    ['a name that nobody has', told('Bbo is blocked'), 'called "Bbo": did you mean "Ann"?'],
    [
      'a name of another kind',
      told('Acme is blocked'),
      '"Acme" is not of the kind person, but of the kind organization',
    ],
    ['a second thing of one name', told('Bob founds Acme'), '"Acme" is there already'],
    ['a refusal without a code', told('Bob joins Acme: refused'), 'expected "refused as <code>"'],
    ['a field that is none', `${told()}  than: []\n`, 'unknown field "than"; the nearest is "then"'],
    ['a story without a question', given(), 'it asks nothing'],
    ['a question of another form', asked('Could Ann file:create?: yes'), 'a question reads'],
    ['a question about nobody', asked('May Bob file:create in the default project of Acme?: yes'), 'called "Bob"'],
    ['an answer that is none', asked('May Ann member:read of Acme?: perhaps'), 'expected yes or no'],
  ])('%s', (_, yaml, message) => {
    expect(() => scenariosIn(yaml)).toThrow(message);
  });

  it('a key that somebody else made', () => {
    const yaml = told('Bob joins Acme', 'Ann makes the key "ci" in the default project of Acme');
    const question = `    - May Bob's key "ci" file:create?: yes\n      because: project-key\n`;
    expect(() => scenariosIn(`${yaml}${question}`)).toThrow('the key "ci" was made by Ann');
  });
});

describe('a story that is not so is noticed', () => {
  const played = async (yaml: string) => {
    const [scenario] = scenariosIn(yaml);
    if (scenario === undefined) throw new Error('no story');
    return { expected: expectedOf(scenario), ...(await playedPure(scenario, new PureStage())) };
  };

  it('by its reason', async () => {
    const { expected, answers } = await played(asked('May Ann organization:read of Acme?: yes', 'organization-admin'));
    expect(answers).not.toEqual(expected);
    expect(answers).toEqual([{ 'May Ann organization:read of Acme?': 'yes', because: 'organization-owner' }]);
  });

  it('by what somebody may not do', async () => {
    await expect(played(told('Bob joins Acme', 'Bob makes Bob an admin of Acme'))).rejects.toThrow(
      'should be done, and was forbidden',
    );
  });

  it('by what somebody may do after all', async () => {
    await expect(played(told('Bob joins Acme', 'Ann removes Bob from Acme: refused as forbidden'))).rejects.toThrow(
      'should be forbidden, and was done',
    );
  });
});
